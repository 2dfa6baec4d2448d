require 'open3'
require_relative '../support/job'

BOSH = "#{ROOT}/build/tools/bosh".freeze
MANIFESTS = "#{ROOT}/spec/support/manifests".freeze
OPERATIONS = "#{ROOT}/config/operations".freeze
VERSION = File.read("#{ROOT}/src/version.h").scan(/^#define CF_PCAP_VERSION_(?:MAJOR|MINOR|BUILD) (\d+)$/).flatten.join('.').freeze

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
    expect(release(manifest)).to eq('name' => 'cf-pcap', 'version' => VERSION)
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
    expect(manifest['releases'].length).to eq(5)
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

  it 'forbid: cells have the job that takes the capability from the rep, which reads it by link, before and behind other ops files' do
    segment = "#{MANIFESTS}/isolation-segment.yml"
    files = [segment, 'enable-cf-pcap', 'enable-cf-pcap-isolation-segment', 'forbid-cf-pcap']
    orders = files.permutation.select { |order| order.index(segment) < order.index('enable-cf-pcap-isolation-segment') }
    orders.each do |order|
      manifest = interpolate(*order)
      forbidden = job(manifest, 'api', 'cf-pcap-lifecycle')['properties']['cf_pcap'].transform_keys { |key| "cf_pcap.#{key}" }
      expect(forbidden).to include('cf_pcap.forbidden' => true)
      %w[diego-cell isolated-diego-cell].each do |group|
        properties = job(manifest, group, 'cf-pcap-cell').fetch('properties', 'cf_pcap' => {})['cf_pcap'].transform_keys { |key| "cf_pcap.#{key}" }
        expect(Job.new('cf-pcap-cell').render('bin/pre-start', properties, forbidden)).to include('--enabled no')
      end
    end
  end

  it 'forbid an isolation segment in a deployment of its own: without a link, in any order' do
    segment = "#{MANIFESTS}/isolation-segment.yml"
    [[segment, 'enable-cf-pcap-isolation-segment', 'forbid-cf-pcap-isolation-segment'],
     [segment, 'forbid-cf-pcap-isolation-segment', 'enable-cf-pcap-isolation-segment'],
     [segment, 'forbid-cf-pcap-isolation-segment']].each do |order|
      manifest = interpolate(*order)
      release(manifest)
      properties = job(manifest, 'isolated-diego-cell', 'cf-pcap-cell')['properties']['cf_pcap'].transform_keys { |key| "cf_pcap.#{key}" }
      expect(Job.new('cf-pcap-cell').render('bin/pre-start', properties)).to include('--enabled no')
    end
  end

  it 'limits, lifecycles and require_ssh: by variables, before and behind enable' do
    variables = { cf_pcap_max_snaplen: 96, cf_pcap_max_duration: 3600, cf_pcap_lifecycles: '[buildpack, cnb]' }
    files = %w[enable-cf-pcap limit-cf-pcap choose-cf-pcap-lifecycles allow-cf-pcap-without-ssh]
    [files, files.reverse].each do |order|
      manifest = interpolate(*order, variables: variables)
      expect(job(manifest, 'api', 'cf-pcap-lifecycle')['properties']['cf_pcap'])
        .to eq('enabled' => true, 'max_snaplen' => 96, 'max_duration' => 3600, 'lifecycles' => %w[buildpack cnb], 'require_ssh' => false)
      expect(lifecycle_options(manifest)).to include("--lifecycles 'buildpack cnb'")
    end
  end

  it 'pin one version, that of the programs' do
    Dir["#{OPERATIONS}/*.yml"].each do |file|
      YAML.load_file(file).each do |operation|
        next unless operation['path'] == '/releases/name=cf-pcap?'

        expect(operation['value']).to include('version' => File.basename(file) == 'use-cf-pcap-dev-release.yml' ? 'create' : VERSION)
      end
    end
  end

  it 'another version: behind the others, as a number or the newest' do
    ['0.3.1', 'latest'].each do |version|
      manifest = interpolate('enable-cf-pcap', 'use-cf-pcap-version', variables: { cf_pcap_version: version })
      expect(release(manifest)).to eq('name' => 'cf-pcap', 'version' => version)
    end
    expect { interpolate('use-cf-pcap-version', 'enable-cf-pcap', variables: { cf_pcap_version: 'latest' }) }.to raise_error(/name=cf-pcap/)
  end

  it 'acceptance tests: an errand in the group that has the cf CLI, whose network it shares whatever that is called' do
    manifest = interpolate('enable-cf-pcap', 'add-cf-pcap-acceptance-tests')
    release(manifest)
    expect(job(manifest, 'smoke-tests', 'cf-cli-8-linux')).not_to be_nil
    errand = job(manifest, 'smoke-tests', 'cf-pcap-acceptance-tests')
    expect(errand['release']).to eq('cf-pcap')
    properties = errand['properties']['cf_pcap_acceptance_tests'].transform_keys { |key| "cf_pcap_acceptance_tests.#{key}" }
    expect(Job.new('cf-pcap-acceptance-tests').render('bin/run', properties)).to include('SKIP_SSL_VALIDATION=true')
    expect(interpolate('add-cf-pcap-acceptance-tests', 'enable-cf-pcap')['releases']).to match_array(manifest['releases'])

    rename = "#{MANIFESTS}/rename-network.yml"
    [[rename, 'add-cf-pcap-acceptance-tests'], ['add-cf-pcap-acceptance-tests', rename]].each do |order|
      renamed = interpolate(*order, variables: { network_name: 'inner' })
      groups = renamed['instance_groups'].select { |group| group['jobs'].any? { |one| one['name'] == 'cf-pcap-acceptance-tests' } }
      expect(groups.map { |group| group['networks'] }).to eq([[{ 'name' => 'inner' }]])
    end
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

  it 'isolation segment of another name: a copy of the ops file by the line of docs/operate.md' do
    Dir.mktmpdir do |work|
      line = File.read("#{ROOT}/docs/operate.md")[/^ +sed .*enable-cf-pcap-isolation-segment\.yml.*$/].strip
      File.write("#{work}/segment.yml", File.read("#{MANIFESTS}/isolation-segment.yml").gsub('isolated-diego-cell', 'payments-cell'))
      expect(system({ 'GROUP' => 'payments-cell' }, 'bash', '-c', "cd '#{ROOT}' && #{line.sub(/>.*/, '')} >'#{work}/enable.yml'")).to be(true)
      manifest = interpolate("#{MANIFESTS}/isolation-segment.yml", "#{work}/segment.yml", 'enable-cf-pcap',
                             'enable-cf-pcap-isolation-segment', "#{work}/enable.yml")
      %w[isolated-diego-cell payments-cell].each do |group|
        expect(job(manifest, group, 'cf-pcap-cell')['release']).to eq('cf-pcap')
        expect(job(manifest, group, 'rep')['properties']['diego']['rep']['enable_cf_pcap']).to be(true)
      end
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
