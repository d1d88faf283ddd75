import Bytes
import Config
import Rules
import TestSupport

func outcome(_ text: String) -> ConfigOutcome { outcome(Array(text.utf8)) }

func outcome(_ file: [UInt8]) -> ConfigOutcome {
  var reader = ConfigReader()
  reader.read(file.span)
  return reader.finish()
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

/// The warnings of `text`, likewise.
func warnings(_ text: String) -> [String] {
  outcome(text).warnings.sorted.map { warning in
    var bytes: [UInt8] = []
    warning.write(into: &bytes)
    return "\(warning.place.line): \(String(decoding: bytes, as: UTF8.self))"
  }
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
