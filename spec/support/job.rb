# A job of this release, its templates rendered by the bosh CLI's own renderer.
#
#     Job.new('cf-pcap-lifecycle').render('bin/pre-start', 'cf_pcap.enabled' => true)
require 'json'
require 'tmpdir'
require 'yaml'

ROOT = File.expand_path('../..', __dir__)
BOSH_CLI = IO.popen(%w[go list -m -f {{.Dir}} github.com/cloudfoundry/bosh-cli/v7],
                    chdir: "#{ROOT}/tools/bosh", &:read).strip
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
  attr_reader :name, :directory, :spec

  # A name, or the directory of the job's spec and templates.
  def initialize(name)
    @name = File.basename(name)
    @directory = name.include?('/') ? name : "#{ROOT}/jobs/#{name}"
    @spec = YAML.load_file(Dir["#{directory}/{spec,job.MF}"].first)
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
