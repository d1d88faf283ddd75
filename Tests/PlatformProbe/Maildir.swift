import Bytes
import CProbe
import Glibc
import Platform

private let message = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
private let name = Array("0123abcd.popbell".utf8)

/// Puts the message into the Maildir, as a supervisor would.
private func archive(in folder: String) throws(SystemError) {
  let maildir = try Maildir(at: Array(folder.utf8).span)
  guard try !maildir.contains(name.span) else { return }
  var file = try MaildirMessage(name.span, in: maildir)
  for start in stride(from: 0, to: message.count, by: 1000) {
    try file.append(message.span.extracting(start..<(start + 1000)))
  }
  try file.finish()
}

/// What came of it.
private func outcome(in folder: String) -> String {
  do { try archive(in: folder) } catch { return describe(error) }
  return "archived"
}

/// What is in a folder of the Maildir: "-" for nothing, "whole" for the message and no more.
private func contents(of folder: String) -> String {
  guard let entries = unsafe opendir(folder) else { return "-" }
  defer { unsafe closedir(entries) }
  var files: [String] = []
  while let entry = unsafe readdir(entries) {
    let file = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
      unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    if file == "." || file == ".." { continue }
    let path = Array((folder + "/" + file).utf8)
    let bytes = try? readFile(path.span, limit: 1 << 20, trust: .anyone)
    files.append(file == "0123abcd.popbell" && bytes == message ? "whole" : file)
  }
  return files.isEmpty ? "-" : files.joined(separator: "+")
}

private func state(of folder: String) -> String {
  "tmp \(contents(of: folder + "/tmp")), new \(contents(of: folder + "/new"))"
}

func archiveWithoutPrivileges(_ folder: String) throws {
  let user = Sandbox.isRoot ? try User(named: Array("nobody".utf8).span) : nil
  try Sandbox.dropPrivileges(to: user)
  say(outcome(in: folder))
}

/// A disk of 16 pages, of which a file takes more and more; then one of a few files.
func archiveOnAFullDisk(_ folder: String) throws {
  let pages = (0...16).map { ("size=64k", pages: $0) }
  let files = (1...8).map { ("size=64k,nr_inodes=\($0)", pages: 0) }
  for (options, pages) in pages + files {
    guard unsafe probe_mount(folder, options) == 0 else { return say("cannot mount") }
    try fillPages(folder + "/fill", pages)
    say("\(options) \(pages): \(outcome(in: folder + "/mail")), \(state(of: folder + "/mail"))")
    unsafe unlink(folder + "/fill")
    if pages > 0 { say("then: \(outcome(in: folder + "/mail")), \(state(of: folder + "/mail"))") }
    guard unsafe probe_unmount(folder) == 0 else { return say("cannot unmount") }
  }
}

private func fillPages(_ path: String, _ pages: Int) throws {
  guard pages > 0 else { return }
  let file = Descriptor(owning: unsafe creat(path, 0o600))
  try file.writeAll([UInt8](repeating: 0, count: pages * 4096).span, within: nil)
}

func archiveOnAReadOnlyDisk(_ folder: String) throws {
  guard unsafe probe_mount(folder, "size=64k") == 0 else { return say("cannot mount") }
  unsafe mkdir(folder + "/whole", 0o700)
  say(outcome(in: folder + "/mail"))
  unsafe unlink(folder + "/mail/new/0123abcd.popbell")
  guard unsafe probe_make_read_only(folder) == 0 else { return say("cannot mount") }
  say("\(outcome(in: folder + "/mail")), \(state(of: folder + "/mail"))")
  say(outcome(in: folder + "/whole"))
  say(outcome(in: folder + "/none"))
}

/// Lets each call fail, once or for good, and says what was left; then tries again.
func archiveWithFailures(_ folder: String) throws {
  probe_fail_call(0, 0, false)
  try archive(in: folder + "/all")
  let count = probe_counted_calls()
  say("calls \(count)")
  for (error, word) in [(EINTR, "EINTR"), (EIO, "EIO"), (ENOSPC, "ENOSPC"), (EROFS, "EROFS")] {
    for stays in error == EINTR ? [false] : [false, true] {
      for number in 1...count {
        let maildir = "\(folder)/\(word)-\(number)-\(stays)"
        probe_fail_call(number, error, stays)
        let first = outcome(in: maildir)
        _ = probe_counted_calls()
        let left = state(of: maildir)
        let second = outcome(in: maildir)
        say(
          "\(word) \(stays ? "for good" : "once"): \(first), \(left); then \(second), \(state(of: maildir))"
        )
      }
    }
  }
}

/// Archives three times, after which it has been read, and says which calls that took.
func traceArchiving(_ folder: String) throws(SystemError) {
  for attempt in 1...3 {
    probe_fail_call(0, 0, false)
    try archive(in: folder + "/mail")
    _ = probe_counted_calls()
    say(unsafe String(cString: probe_trace()) + "archived \(attempt)")
    let file = folder + "/mail/new/0123abcd.popbell"
    if attempt == 2 { unsafe rename(file, folder + "/mail/cur/0123abcd.popbell:2,S") }
  }
}
