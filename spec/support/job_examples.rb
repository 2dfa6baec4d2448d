# What every job of this release is like. `job` is the job, `scripts` its rendered scripts.
require_relative 'job'

RSpec.shared_examples 'a job that only has scripts' do
  it 'has no process: its monit file is empty' do
    expect(File.read("#{job.directory}/monit")).to be_empty
  end

  it 'has a template for each file it lists, and no other' do
    expect(Dir.children("#{job.directory}/templates").sort).to eq(job.spec['templates'].keys.sort)
  end

  it 'describes every property, and gives it a default' do
    job.spec['properties'].each do |name, property|
      expect(property['description'].to_s.length).to be > 20, name
      expect(property).to have_key('default'), name
    end
  end

  it 'lists only packages that exist' do
    job.spec['packages'].each { |package| expect(File).to exist("#{ROOT}/packages/#{package}/spec") }
  end

  it 'renders scripts that shellcheck has nothing to say about' do
    Dir.mktmpdir do |work|
      scripts.each do |script|
        File.write("#{work}/script", script)
        expect(`shellcheck #{work}/script`).to eq('')
      end
    end
  end
end
