import Bytes
package import Mail
package import Platform

/// The path of the charset tables; `POPBELL_CHARSETS` names another file.
private let defaultPath: StaticString = "/usr/share/popbell/charsets"

/// A file that is larger is none of ours.
private let charsetFileLimit = 1024 * 1024

/// The charset tables of this machine, or none and the reason.
package struct CharsetFile {
  /// Why there are no tables, or not all.
  package enum Problem {
    case file(FileError)
    case flaw(CharsetTables.Flaw)
  }

  package let tables: CharsetTables
  package let path: [UInt8]
  /// nil if the file is what it has to be, as far as was looked.
  package let problem: Problem?

  /// Maps the file: before a process is walled in.
  package init() {
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
}
