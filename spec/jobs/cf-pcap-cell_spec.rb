require_relative '../support/job_examples'

describe 'job cf-pcap-cell' do
  let(:job) { Job.new('cf-pcap-cell') }
  let(:scripts) do
    [true, false].product(%w[bin/pre-start bin/post-start]).map { |enabled, target| job.render(target, 'cf_pcap.enabled' => enabled) }
  end

  it_behaves_like 'a job that only has scripts'

  it 'can do without the link' do
    expect(job.spec['consumes']).to eq([{ 'name' => 'cf-pcap', 'type' => 'cf-pcap', 'optional' => true }])
  end

  # Off by the property alone; on; and all that the link may say, which counts more than the property but for forbidden.
  cases = [
    [{}, nil, 'no'],
    [{ 'cf_pcap.enabled' => true }, nil, 'yes'],
    [{ 'cf_pcap.enabled' => true, 'cf_pcap.forbidden' => true }, nil, 'no'],
    [{ 'cf_pcap.forbidden' => true }, { 'cf_pcap.enabled' => true, 'cf_pcap.forbidden' => false }, 'no'],
    [{ 'cf_pcap.enabled' => false }, { 'cf_pcap.enabled' => true, 'cf_pcap.forbidden' => false }, 'yes'],
    [{ 'cf_pcap.enabled' => true }, { 'cf_pcap.enabled' => false, 'cf_pcap.forbidden' => false }, 'no'],
    [{ 'cf_pcap.enabled' => true }, { 'cf_pcap.enabled' => true, 'cf_pcap.forbidden' => true }, 'no']
  ]
  cases.each do |properties, link, enabled|
    it "is #{enabled == 'yes' ? 'on' : 'off'} with #{properties} and #{link ? "a link with #{link}" : 'no link'}" do
      pre_start = job.render('bin/pre-start', properties, link)
      post_start = job.render('bin/post-start', properties, link)

      expect(pre_start).to include('cell prepare', "--enabled #{enabled}")
      if enabled == 'yes'
        expect(post_start).to include('exec /var/vcap/packages/cf-pcap-cell/bin/cell check')
      else
        expect(post_start.lines.reject { |line| line.start_with?('#') }).to be_empty
      end
    end
  end

  ['true', 'no', 1].each do |value|
    it "refuses cf_pcap.enabled: #{value.inspect}, by name" do
      %w[bin/pre-start bin/post-start].each do |target|
        expect { job.render(target, 'cf_pcap.enabled' => value) }.to raise_error(/cf_pcap.enabled must be true or false, not/)
      end
    end
  end

  it 'refuses cf_pcap.forbidden: "no", by name' do
    expect { job.render('bin/pre-start', 'cf_pcap.forbidden' => 'no') }.to raise_error(/cf_pcap.forbidden must be true or false, not "no"/)
  end

  it 'uses the places of the rep and of Garden' do
    expect(job.render('bin/pre-start')).to include('--rep /var/vcap/jobs/rep ',
                                                   '--cache /var/vcap/data/rep/shared/garden/download_cache ')
    expect(job.render('bin/post-start', 'cf_pcap.enabled' => true)).to include('--run /var/vcap/sys/run ', '--garden /var/vcap/jobs/garden')
  end
end
