import Bytes
import Config
import Rules
import TestSupport

/// Reads `text` line by line, as inih hands it over.
func outcome(_ text: String) -> ConfigOutcome {
  var reader = ConfigReader()
  var section = ""
  for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
    if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
    if line.hasPrefix("[") {
      section = String(line.dropFirst().prefix { $0 != "]" })
      continue
    }
    guard let equals = line.firstIndex(of: "=") else {
      reader.syntaxError(line: index + 1)
      continue
    }
    let key = line[..<equals].trimmed
    let value = line[line.index(after: equals)...].trimmed
    reader.entry(
      section: Array(section.utf8).span, key: Array(key.utf8).span, value: Array(value.utf8).span,
      line: index + 1)
  }
  return reader.finish()
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}

func described(_ error: ConfigError) -> String {
  var bytes: [UInt8] = []
  error.write(into: &bytes)
  return text(bytes.span)
}

/// The errors of `text`, each as `LINE: TEXT`.
func errors(_ text: String) -> [String] {
  outcome(text).errors.sorted.map { "\($0.place.line): \(described($0))" }
}

let mailboxLines = """
  [mailbox m]
  server = pop.example.net
  user = u
  password-file = /etc/p

  """
let ruleLines = """
  [rule r]
  subject = x
  run = /bin/true

  """
let outputLines = """
  [output siren]
  line = GPIO17

  """

func settings(_ text: String) throws -> Settings {
  let outcome = outcome(text)
  guard let settings = outcome.settings else {
    throw outcome.errors.sorted[0]
  }
  return settings
}

func strings(_ texts: [[UInt8]]) -> [String] { texts.map { String(decoding: $0, as: UTF8.self) } }
