# A job of this release, its templates rendered by the bosh CLI's own renderer.
#
#     Job.new('cf-pcap-lifecycle').render('bin/pre-start', 'cf_pcap.enabled' => true)
require 'json'
require 'tmpdir'
require 'yaml'

ROOT = File.expand_path('../..', __dir__)
BOSH_CLI = IO.popen(%w[go list -m -f {{.Dir}} github.com/cloudfoundry/bosh-cli/v7],
                    chdir: "#{ROOT}/spec/tools/bosh", &:read).strip
require "#{BOSH_CLI}/templatescompiler/erbrenderer/erb_renderer.rb"

# The CLI's renderer knows no links, since a create-env has none: its if_link never calls the block.
# The director's does, with an object that has the provider's properties.
class TemplateEvaluationContext
  class << self
    attr_accessor :link
  end

  Link = Struct.new(:properties) do
    def p(name)
      properties.fetch(name) { raise "the provider does not share #{name}" }
    end
  end

  def if_link(name)
    return false unless self.class.link && name == 'cf-pcap'

    yield Link.new(self.class.link)
  end
end

class Job
  attr_reader :name, :spec

  def initialize(name)
    @name = name
    @spec = YAML.load_file("#{directory}/spec")
  end

  def directory
    "#{ROOT}/jobs/#{name}"
  end

  # `target` is the file on the VM below the job's directory; `link` the provider's properties, if any.
  def render(target, properties = {}, link = nil)
    Dir.mktmpdir do |work|
      File.write("#{work}/context.json", JSON.generate(context(properties)))
      TemplateEvaluationContext.link = link
      ERBRenderer.new("#{work}/context.json").render("#{directory}/templates/#{spec['templates'].invert.fetch(target)}",
                                                     "#{work}/out")
      File.read("#{work}/out")
    end
  end

  private

  def context(properties)
    unknown = properties.keys - spec['properties'].keys
    raise "no such property: #{unknown.join(', ')}" unless unknown.empty?

    { 'index' => 0, 'job' => { 'name' => name }, 'job_properties' => nested(properties), 'global_properties' => {},
      'cluster_properties' => {}, 'default_properties' => spec['properties'].transform_values { |value| value['default'] } }
  end

  def nested(properties)
    properties.each_with_object({}) do |(key, value), all|
      *parents, last = key.split('.')
      parents.reduce(all) { |hash, parent| hash[parent] ||= {} }[last] = value
    end
  end
end

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
