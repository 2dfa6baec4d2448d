require 'open3'
require_relative '../support/job'

BOSH = "#{ROOT}/build/tools/bosh".freeze
MANIFESTS = "#{ROOT}/spec/support/manifests".freeze
OPERATIONS = "#{ROOT}/config/operations".freeze

describe 'the ops files for cf-deployment' do
  def interpolate(*files, variables: {})
    options = files.flat_map { |file| ['-o', file.include?('/') ? file : "#{OPERATIONS}/#{file}.yml"] } +
              variables.flat_map { |name, value| ['-v', "#{name}=#{value}"] }
    out, err, status = Open3.capture3(BOSH, 'interpolate', "#{MANIFESTS}/cf.yml", *options)
    raise err unless status.success?

    YAML.safe_load(out)
  end

  def job(manifest, group, name)
    jobs = manifest['instance_groups'].find { |one| one['name'] == group }['jobs'].select { |one| one['name'] == name }
    expect(jobs.length).to be <= 1
    jobs.first
  end

  def release(manifest)
    releases = manifest['releases'].select { |one| one['name'] == 'cf-pcap' }
    expect(releases.length).to eq(1)
    releases.first
  end

  # What the job's pre-start is told, from a manifest's properties.
  def lifecycle_options(manifest)
    properties = job(manifest, 'api', 'cf-pcap-lifecycle')['properties']['cf_pcap']
    Job.new('cf-pcap-lifecycle').render('bin/pre-start', properties.transform_keys { |key| "cf_pcap.#{key}" })
  end

  it 'use only jobs and properties that exist' do
    Dir["#{OPERATIONS}/*.yml"].each do |file|
      YAML.load_file(file).each do |operation|
        next unless operation['path'] =~ %r{/name=(cf-pcap-[a-z]+)\?/properties\?/(cf_pcap)\?/(\w+)\z}

        expect(Job.new(Regexp.last_match(1)).spec['properties']).to have_key("cf_pcap.#{Regexp.last_match(3)}")
      end
    end
  end

  it 'enable: the release, a job beside file_server, a job beside each rep, the capability for the rep' do
    manifest = interpolate('enable-cf-pcap')
    expect(release(manifest)).to eq('name' => 'cf-pcap', 'version' => 'latest')
    expect(job(manifest, 'api', 'cf-pcap-lifecycle')).to eq('name' => 'cf-pcap-lifecycle', 'release' => 'cf-pcap',
                                                            'properties' => { 'cf_pcap' => { 'enabled' => true } })
    expect(job(manifest, 'diego-cell', 'cf-pcap-cell')).to eq('name' => 'cf-pcap-cell', 'release' => 'cf-pcap')
    expect(job(manifest, 'diego-cell', 'rep')['properties']['diego']['rep']).to include('enable_cf_pcap' => true)
    expect(lifecycle_options(manifest)).to include('--enabled yes')
  end

  it 'enable: all that was there stays' do
    manifest = interpolate('enable-cf-pcap')
    rep = job(manifest, 'diego-cell', 'rep')
    expect(rep['properties']['bpm']).to eq('enabled' => true)
    expect(rep['properties']['diego']['rep']).to include('preloaded_rootfses')
    expect(manifest['releases'].length).to eq(4)
  end

  it 'forbid: alone, on a platform that has nothing else of this release' do
    manifest = interpolate('forbid-cf-pcap')
    release(manifest)
    expect(lifecycle_options(manifest)).to include('--enabled no')
    expect(job(manifest, 'diego-cell', 'rep')['properties']['diego']['rep']).to include('enable_cf_pcap' => false)
  end

  it 'forbid wins over enable, before and behind it' do
    [%w[enable-cf-pcap forbid-cf-pcap], %w[forbid-cf-pcap enable-cf-pcap]].each do |order|
      manifest = interpolate(*order)
      release(manifest)
      expect(job(manifest, 'api', 'cf-pcap-lifecycle')['properties']['cf_pcap']).to eq('enabled' => true, 'forbidden' => true)
      expect(lifecycle_options(manifest)).to include('--enabled no')
    end
  end

  it 'acceptance tests: an errand of its own, with the cf CLI beside it' do
    manifest = interpolate('enable-cf-pcap', 'add-cf-pcap-acceptance-tests')
    release(manifest)
    errand = manifest['instance_groups'].find { |group| group['name'] == 'cf-pcap-acceptance-tests' }
    expect(errand).to include('lifecycle' => 'errand', 'instances' => 1)
    expect(errand['jobs'].map { |one| one.slice('name', 'release') })
      .to eq([{ 'name' => 'cf-pcap-acceptance-tests', 'release' => 'cf-pcap' }, { 'name' => 'cf-cli-8-linux', 'release' => 'cf-cli' }])
    properties = errand['jobs'].first['properties']['cf_pcap_acceptance_tests'].transform_keys { |key| "cf_pcap_acceptance_tests.#{key}" }
    expect(Job.new('cf-pcap-acceptance-tests').render('bin/run', properties)).to include('SKIP_SSL_VALIDATION=true')
    expect(interpolate('add-cf-pcap-acceptance-tests', 'enable-cf-pcap')['releases']).to match_array(manifest['releases'])
  end

  it 'may be given twice' do
    expect(interpolate('enable-cf-pcap', 'enable-cf-pcap')).to eq(interpolate('enable-cf-pcap'))
    expect(interpolate('forbid-cf-pcap', 'forbid-cf-pcap')).to eq(interpolate('forbid-cf-pcap'))
  end

  it 'isolation segment: the cells of the other ops file have the job and the capability too' do
    segment = "#{MANIFESTS}/isolation-segment.yml"
    [[segment, 'enable-cf-pcap', 'enable-cf-pcap-isolation-segment'],
     ['enable-cf-pcap', segment, 'enable-cf-pcap-isolation-segment'],
     [segment, 'enable-cf-pcap-isolation-segment', 'enable-cf-pcap']].each do |order|
      manifest = interpolate(*order)
      release(manifest)
      expect(job(manifest, 'isolated-diego-cell', 'cf-pcap-cell'))
        .to eq('name' => 'cf-pcap-cell', 'release' => 'cf-pcap', 'properties' => { 'cf_pcap' => { 'enabled' => true } })
      expect(job(manifest, 'isolated-diego-cell', 'rep')['properties']['diego']['rep'])
        .to eq('placement_tags' => ['persistent_isolation_segment'], 'enable_cf_pcap' => true)
    end
  end

  it 'isolation segment: without its instance group it is an error, not a group of its own' do
    expect { interpolate('enable-cf-pcap-isolation-segment') }.to raise_error(/isolated-diego-cell/)
  end

  it 'dev release: behind the others, the working tree is what is deployed' do
    manifest = interpolate('enable-cf-pcap', 'forbid-cf-pcap', 'use-cf-pcap-dev-release', variables: { cf_pcap_release_dir: '/src' })
    expect(release(manifest)).to eq('name' => 'cf-pcap', 'version' => 'create', 'url' => 'file:///src')
  end
end
