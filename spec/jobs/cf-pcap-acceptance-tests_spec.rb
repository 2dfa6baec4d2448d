require 'open3'
require_relative '../support/job_examples'

describe 'job cf-pcap-acceptance-tests' do
  platform = { 'api' => 'https://api.example.com', 'user' => 'admin', 'password' => "it's $(a) \"secret\"" }
  link = { 'cf_pcap.enabled' => true, 'cf_pcap.forbidden' => false, 'cf_pcap.require_ssh' => true, 'cf_pcap.max_snaplen' => 0,
           'cf_pcap.max_duration' => 0 }

  let(:job) { Job.new('cf-pcap-acceptance-tests') }
  let(:scripts) { [job.render('bin/run', platform.transform_keys { |key| "cf_pcap_acceptance_tests.#{key}" })] }

  it_behaves_like 'a job that only has scripts'

  define_method(:render) do |properties = {}, from = nil|
    job.render('bin/run', platform.merge(properties).transform_keys { |key| "cf_pcap_acceptance_tests.#{key}" }, from)
  end

  # What the script exports, as the shell understands it.
  def environment(script)
    exports = script.lines.grep(/^export CF_PCAP_/).join
    out, status = Open3.capture2('bash', '-c', "#{exports}\nenv -0")
    raise 'not a script' unless status.success?

    out.split("\0").grep(/^CF_PCAP_/).to_h { |line| line.delete_prefix('CF_PCAP_').split('=', 2) }.except('PLUGIN')
  end

  it 'tells the tests the platform, whatever is in the password' do
    expect(environment(render)).to include('API' => 'https://api.example.com', 'USER' => 'admin', 'PASSWORD' => platform['password'],
                                           'SKIP_SSL_VALIDATION' => 'false', 'EXPECT' => 'enabled', 'REQUIRE_SSH' => 'yes')
  end

  it 'leaves out what is not set, so that an org and a space are made' do
    expect(environment(render).keys & %w[ORG SPACE DOMAIN MAX_SNAPLEN MAX_DURATION]).to be_empty
  end

  it 'passes on what is set' do
    expect(environment(render('org' => 'o', 'space' => 'a b', 'apps_domain' => 'd', 'expect' => 'no-capability', 'max_snaplen' => 96,
                              'max_duration' => 9, 'skip_ssl_validation' => true, 'musl_image' => 'm', 'shell_image' => 's',
                              'cnb_buildpack' => 'c')))
      .to include('ORG' => 'o', 'SPACE' => 'a b', 'DOMAIN' => 'd', 'EXPECT' => 'no-capability', 'MAX_SNAPLEN' => '96',
                  'MAX_DURATION' => '9', 'SKIP_SSL_VALIDATION' => 'true', 'MUSL_IMAGE' => 'm', 'SHELL_IMAGE' => 's',
                  'CNB_BUILDPACK' => 'c')
  end

  [
    [{}, 'EXPECT' => 'enabled', 'REQUIRE_SSH' => 'yes'],
    [{ 'cf_pcap.enabled' => false }, 'EXPECT' => 'disabled'],
    [{ 'cf_pcap.forbidden' => true }, 'EXPECT' => 'disabled'],
    [{ 'cf_pcap.require_ssh' => false }, 'REQUIRE_SSH' => 'no'],
    [{ 'cf_pcap.max_snaplen' => 96, 'cf_pcap.max_duration' => 60 }, 'MAX_SNAPLEN' => '96', 'MAX_DURATION' => '60']
  ].each do |says, expected|
    it "follows the link, where that says #{says}" do
      expect(environment(render({}, link.merge(says)))).to include(expected)
    end
  end

  it 'does not wait for hours to see the limit on the duration hold' do
    expect(environment(render({}, link.merge('cf_pcap.max_duration' => 3600)))).not_to have_key('MAX_DURATION')
  end

  it 'is told by its properties before the link' do
    expect(environment(render({ 'expect' => 'enabled', 'max_snaplen' => 5 }, link.merge('cf_pcap.enabled' => false, 'cf_pcap.max_snaplen' => 9))))
      .to include('EXPECT' => 'enabled', 'MAX_SNAPLEN' => '5')
  end

  [
    ['api', '', /cf_pcap_acceptance_tests.api is not set/], ['user', '', /user is not set/], ['password', '', /password is not set/],
    ['org', 3, /org must be a string/], ['skip_ssl_validation', 'yes', /skip_ssl_validation must be true or false/],
    ['expect', 'maybe', /expect must be one of enabled/], ['max_snaplen', '96', /max_snaplen must be a whole number/],
    ['max_duration', -1, /max_duration must be a whole number/]
  ].each do |name, value, message|
    it "fails at rendering with #{name}: #{value.inspect}" do
      expect { render(name => value) }.to raise_error(/#{message}/)
    end
  end
end
