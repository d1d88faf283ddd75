import Config
import Platform

extension ConfigReader {
  /// Takes a line of the file, or what is wrong with it.
  mutating func take(_ line: INILine) {
    switch line {
    case .section(let name, let number): section(name.bytes, line: number)
    case .entry(let section, let key, let value, let number):
      entry(section: section.bytes, key: key.bytes, value: value.bytes, line: number)
    case .problem(let error) where error.reason == .lineTooLong:
      lineTooLong(line: error.line, limit: INIError.lineLimit)
    case .problem(let error): syntaxError(line: error.line)
    }
  }
}
