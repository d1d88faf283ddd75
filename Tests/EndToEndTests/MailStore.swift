import Foundation
import Glibc
import Testing

/// Where a server keeps the mail of one user.
protocol MailStore {
  /// Adds a message, with LF at its lines' ends.
  func deliver(_ message: String) throws
  /// What is there, in the order of arrival, with LF at its lines' ends.
  var messages: [String] { get throws }
}

/// One file, in which a line that begins with "From " comes before each message.
struct Mbox: MailStore {
  private let file: URL
  private static let separator = "From panel@panel.example.net "

  init(_ root: ServerRoot, user: String) throws {
    file = try root.write("var/mail/\(user)", "", owner: .mail)
  }

  /// As delivery agents do: with both kinds of lock that servers know.
  func deliver(_ message: String) throws {
    let lock = file.path + ".lock"
    try #require(
      until {
        let descriptor = unsafe open(lock, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        return descriptor >= 0 && close(descriptor) == 0
      })
    defer { try? FileManager.default.removeItem(atPath: lock) }
    let handle = try FileHandle(forUpdating: file)
    defer { try? handle.close() }
    try #require(lockf(handle.fileDescriptor, F_LOCK, 0) == 0)
    try handle.seekToEnd()
    // As asctime() writes it: mailutils knows no mailbox in which a day of one digit is not padded.
    let (now, day) = (Date.now, Date.now.text("d"))
    let padding = day.count == 1 ? " " : ""
    let time = now.text("EEE MMM ") + padding + day + now.text(" HH:mm:ss yyyy")
    try handle.write(contentsOf: Data("\(Self.separator)\(time)\n\(message)\n".utf8))
  }

  var messages: [String] {
    get throws {
      try String(contentsOf: file, encoding: .utf8).components(separatedBy: Self.separator)
        .dropFirst().map { $0.drop { $0 != "\n" }.dropFirst().dropLast().description }
    }
  }
}

/// A folder with a file for each message.
final class MaildirStore: MailStore {
  private let folder: URL
  private var count = 0

  init(_ root: ServerRoot, user: String) throws {
    for part in ["", "/Maildir", "/Maildir/cur", "/Maildir/new", "/Maildir/tmp"] {
      try root.makeFolder("home/\(user)\(part)", owner: .mail)
    }
    folder = root.folder.appending(path: "home/\(user)/Maildir")
  }

  func deliver(_ message: String) throws {
    count += 1
    let time = Int(Date.now.timeIntervalSince1970)
    let name = "\(time).\(count).panel"
    let draft = folder.appending(path: "tmp/\(name)")
    try Data(message.utf8).write(to: draft)
    try FileManager.default.setAttributes(
      ServerRoot.Owner.mail.attributes, ofItemAtPath: draft.path)
    try FileManager.default.moveItem(at: draft, to: folder.appending(path: "new/\(name)"))
  }

  var messages: [String] {
    get throws {
      // The server may move files from "new" to "cur" while we look.
      var files: [String: String] = [:]
      for part in ["new", "cur"] {
        for name in try FileManager.default.contentsOfDirectory(
          atPath: folder.appending(path: part).path)
        {
          let file = folder.appending(path: "\(part)/\(name)")
          files[name] = try? String(contentsOf: file, encoding: .utf8)
        }
      }
      return files.sorted { $0.key < $1.key }.map(\.value)
    }
  }
}

/// A folder with a numbered file for each message, and an index, which says what is there.
struct CyrusSpool: MailStore {
  let root: ServerRoot
  let user: String

  /// Over LMTP, which makes the mailbox if it is the first.
  func deliver(_ message: String) throws {
    let run = try root.run(["/usr/lib/cyrus/bin/deliver", user], input: message)
    try #require(run.exitCode == 0, "\(run.errors)\(run.output)")
  }

  var messages: [String] {
    get throws {
      // A file may still be there when its message is not.
      let run = try root.run(["/usr/lib/cyrus/bin/mbexamine", "user/\(user)"])
      let path = try #require(run.output.firstMatch(of: #/Path to mailbox: (\S+)/#)?.1, "\(run)")
      return try run.output.matches(of: #/> UID:0*(\d+) /#).map {
        let file = root.folder.appending(path: "\(path)/\($0.1).")
        return try String(contentsOf: file, encoding: .utf8).replacing("\r\n", with: "\n")
      }
    }
  }
}

extension Date {
  /// In UTC, and in English; `format` is as for `DateFormatter`.
  func text(_ format: String) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = format
    return formatter.string(from: self)
  }
}
