require_relative '../support/job_examples'

describe 'job cf-pcap-lifecycle' do
  let(:job) { Job.new('cf-pcap-lifecycle') }
  let(:scripts) { [job.render('bin/pre-start'), job.render('bin/pre-start', 'cf_pcap.enabled' => true)] }

  it_behaves_like 'a job that only has scripts'

  it 'shares whether capture is enabled or forbidden, with the cells, and its limits, with the acceptance tests' do
    expect(job.spec['provides']).to eq([{ 'name' => 'cf-pcap', 'type' => 'cf-pcap',
                                          'properties' => %w[cf_pcap.enabled cf_pcap.forbidden cf_pcap.require_ssh
                                                           cf_pcap.max_snaplen cf_pcap.max_duration] }])
  end

  def options(properties)
    script = job.render('bin/pre-start', properties).gsub(/^#.*$/, '').gsub("\\\n", ' ').strip
    expect(script).to match(%r{\Aexec /var/vcap/packages/lifecycle-assembly/bin/assemble-lifecycles })
    script.scan(/(--[a-z-]+) +('[^']*'|\S+)/).to_h.transform_values { |value| value.delete("'") }
  end

  it 'is off by default, for all lifecycles' do
    expect(options({})).to eq('--file-server' => '/var/vcap/jobs/file_server', '--packages' => '/var/vcap/packages',
                              '--enabled' => 'no', '--lifecycles' => 'buildpack docker cnb',
                              '--policy' => '/var/vcap/jobs/cf-pcap-lifecycle/config/cf-pcap.policy',
                              '--on-unknown-archive' => 'fail',
                              '--metrics' => '/var/vcap/jobs/cf-pcap-lifecycle/metrics/cf-pcap.prom')
  end

  it 'is on when enabled' do
    expect(options('cf_pcap.enabled' => true)).to include('--enabled' => 'yes')
  end

  it 'is off when forbidden, whatever else is set' do
    expect(options('cf_pcap.enabled' => true, 'cf_pcap.forbidden' => true)).to include('--enabled' => 'no')
    expect(options('cf_pcap.enabled' => false, 'cf_pcap.forbidden' => true)).to include('--enabled' => 'no')
  end

  it 'serves an archive that assembly does not know only where that is wanted' do
    expect(options('cf_pcap.on_unknown_archive' => 'serve_stock')).to include('--on-unknown-archive' => 'serve_stock')
  end

  it 'is for the lifecycles that are listed' do
    expect(options('cf_pcap.lifecycles' => %w[cnb buildpack])).to include('--lifecycles' => 'cnb buildpack')
    expect(options('cf_pcap.lifecycles' => [])).to include('--lifecycles' => '')
  end

  def policy(properties)
    job.render('config/cf-pcap.policy', properties).lines.reject { |line| line.start_with?('#') }.map(&:chomp)
  end

  it 'has a policy that requires SSH, logs captures and has no limits, by default' do
    expect(policy({})).to eq(['require_ssh yes', 'log_captures yes', 'max_snaplen 0', 'max_duration 0'])
  end

  it 'has a policy of what the properties say' do
    expect(policy('cf_pcap.require_ssh' => false, 'cf_pcap.log_captures' => false, 'cf_pcap.max_snaplen' => 262_144,
                  'cf_pcap.max_duration' => 31_536_000)).to eq(['require_ssh no', 'log_captures no', 'max_snaplen 262144', 'max_duration 31536000'])
  end

  it 'has the limit of the snaplen that the programs have' do
    limit = File.read("#{ROOT}/src/snaplen.h")[/SNAPLEN_MAX = (\d+)/, 1].to_i
    expect(policy('cf_pcap.max_snaplen' => limit)).to include("max_snaplen #{limit}")
    expect { policy('cf_pcap.max_snaplen' => limit + 1) }.to raise_error(/from 0 to #{limit}/)
  end

  wrong = {
    'cf_pcap.enabled' => ['true', 'yes', 1, []],
    'cf_pcap.forbidden' => ['true', 'no', 0, {}],
    'cf_pcap.lifecycles' => ['buildpack', ['buildpack', 'windows'], ['Docker'], %w[cnb cnb], [1], { 'buildpack' => true }, true],
    'cf_pcap.on_unknown_archive' => ['stock', '', true],
    'cf_pcap.require_ssh' => ['true', 'no', 0],
    'cf_pcap.log_captures' => ['true', 'no', 0],
    'cf_pcap.max_snaplen' => ['96', -1, 262_145, 96.5, true, [96]],
    'cf_pcap.max_duration' => ['3600', -1, 31_536_001, 0.5, '1h']
  }
  wrong.each do |property, values|
    values.each do |value|
      it "refuses #{property}: #{value.inspect}, by name" do
        expect { %w[bin/pre-start config/cf-pcap.policy].each { |target| job.render(target, property => value) } }
          .to raise_error(/#{Regexp.escape(property)} must be .*not #{Regexp.escape(value.inspect)}/)
      end
    end
  end
end
