import Bytes
import Rules

/// Parses a program with values in its arguments; its path must have none. `names` are the names that
/// `template` knows, for suggestions.
func program<Value>(
  _ text: [UInt8], names: [[UInt8]],
  _ template: (Span<UInt8>) throws(TemplateError) -> TextTemplate<Value>
) throws(ValueProblem) -> [TextTemplate<Value>] {
  let words = try command(text)
  guard !words[0].contains(where: { $0 == .ascii("{") || $0 == .ascii("}") }) else {
    throw .programNotFixed(words[0])
  }
  var templates: [TextTemplate<Value>] = []
  for word in words {
    do throws(TemplateError) {
      templates.append(try template(word.span))
    } catch {
      let part = word.span.extracting(error.offset..<(error.offset + error.length))
      throw .template(
        error.reason, [UInt8](part), suggestion: nearest(to: part, among: names))
    }
  }
  return templates
}
