import Bytes
import Mail
import Platform
import Service

extension CharsetFile {
  /// True if there is no such file, which is no fault where no mail needs it.
  private var isMissing: Bool {
    if case .file(.system(let error)) = problem { return error.number == .notFound }
    return false
  }

  /// That texts cannot be decoded, if that is so.
  var problemLines: [LogLine] {
    var tables = tables
    guard !tables.isUsable() else { return [] }
    let text = explanation + "; Chinese, Japanese and Korean texts cannot be decoded"
    return [LogLine(isMissing ? .debug : .warning, [], text)]
  }

  /// Why a text in the charset `label` could not be decoded: "GB2312: the charset tables are …".
  func explanation(for label: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.append(escaping: label.span)
    text.append(": ")
    text.append(explanation)
    return text
  }

  /// Why texts could not be decoded.
  private var explanation: [UInt8] {
    var text = [UInt8]("the charset tables ")
    switch problem {
    case .file(.system(let error)) where error.number == .notFound:
      text.append("are not installed at ")
      text.append(path)
    case .file(let error):
      text.append("at ")
      text.append(path)
      text.append(" cannot be read: ")
      text.append(describe(error, path))
    case .flaw(.unknownFile):
      text.append("are not in ")
      text.append(path)
      text.append(", which is another kind of file")
    case .flaw(.unknownVersion(let version)):
      text.append("at ")
      text.append(path)
      text.append(" have version ")
      text.append(decimal: UInt64(version))
      text.append(", which this popbell does not know")
    case .flaw(.damaged), nil:
      text.append("at ")
      text.append(path)
      text.append(" are damaged; install popbell again")
    }
    return text
  }
}
