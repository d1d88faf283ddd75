import Bytes
import Mail
import Platform

/// The path of the charset tables; `POPBELL_CHARSETS` names another file.
private let defaultPath: StaticString = "/usr/share/popbell/charsets"

/// A file that is larger is none of ours.
private let charsetFileLimit = 1024 * 1024

/// The charset tables of this machine, or none and the reason.
struct CharsetFile {
  private enum Problem {
    case file(FileError)
    case flaw(CharsetTables.Flaw)
  }

  let tables: CharsetTables
  private let path: [UInt8]
  private let problem: Problem?

  /// Maps the file: before a process is walled in.
  init() {
    var path = [UInt8](defaultPath)
    if let named = Environment.value(of: "POPBELL_CHARSETS") { path = [UInt8](named.bytes) }
    self.path = path
    (tables, problem) = Self.open(path)
  }

  private static func open(_ path: [UInt8]) -> (CharsetTables, Problem?) {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path.span, limit: charsetFileLimit)
    } catch {
      return (.none, .file(error))
    }
    do throws(CharsetTables.Flaw) {
      return (try CharsetTables(size: file.count) { file[$0] }, nil)
    } catch {
      return (.none, .flaw(error))
    }
  }

  /// True if there is no such file, which is no fault where no mail needs it.
  private var isMissing: Bool {
    if case .file(.system(let error)) = problem { return error.number == .notFound }
    return false
  }

  /// Says that texts cannot be decoded, if that is so.
  func writeProblem(to log: Log) {
    var tables = tables
    guard !tables.isUsable() else { return }
    log.write(
      isMissing ? .debug : .warning, [],
      explanation + "; Chinese, Japanese and Korean texts cannot be decoded")
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
