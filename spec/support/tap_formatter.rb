# RSpec's results as TAP (https://testanything.org/), for scripts/test.
class TapFormatter
  RSpec::Core::Formatters.register self, :start, :example_passed, :example_failed, :example_pending

  def initialize(output)
    @output = output
    @number = 0
  end

  def start(notification)
    @output.puts "1..#{notification.count}"
  end

  def example_passed(notification)
    line 'ok', notification.example
  end

  def example_failed(notification)
    line 'not ok', notification.example
    notification.message_lines.each { |text| @output.puts "# #{text}" }
    notification.formatted_backtrace.each { |text| @output.puts "# #{text}" }
  end

  def example_pending(notification)
    line 'ok', notification.example, ' # skip'
  end

  private

  def line(result, example, suffix = '')
    @number += 1
    @output.puts "#{result} #{@number} #{example.full_description}#{suffix}"
    @output.flush
  end
end
