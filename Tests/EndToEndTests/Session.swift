import Foundation
import Glibc
import Testing

/// A popbell in a session of its own, so that it and all that it started can be told from others,
/// also when it is dead.
final class Session {
  let service: Service
  /// popbell, or what runs it; nil where that had ended before it was seen.
  let leader: Int32?

  /// `launcher` starts popbell within the session.
  init(_ bench: Bench, _ arguments: [String], under launcher: [String] = []) throws {
    let service = try bench.start(
      arguments, under: ["/usr/bin/setsid", "--wait"] + launcher)
    self.service = service
    var leader: Int32?
    _ = until {
      leader = ProcessTable.children(of: service.identifier).first
      return leader != nil || !service.isRunning
    }
    self.leader = leader
  }

  deinit { if !processes.isEmpty { end(everything: SIGKILL) } }

  /// All its processes that are alive.
  var processes: [ProcessTable.Row] {
    guard let leader else { return [] }
    return ProcessTable.all.filter {
      $0.isAlive && ($0.identifier == leader || $0.session == leader)
    }
  }

  /// The process that talks to the server: of popbell's children, a program leads its own group.
  var fetcher: Int32? {
    processes.first { $0.parent == leader && $0.group == leader }?.identifier
  }

  func send(_ signal: Int32) { if let leader, service.isRunning { kill(leader, signal) } }

  /// Signals popbell and its fetcher at once; popbell alone, where it leads no group as yet.
  func send(toBoth signal: Int32) {
    guard let leader, service.isRunning, kill(-leader, signal) != 0 else { return }
    kill(leader, signal)
  }

  /// Signals all there is until nothing is left.
  func end(everything signal: Int32) {
    send(toBoth: signal)
    _ = until {
      let processes = processes
      for process in processes { kill(process.identifier, signal) }
      return processes.isEmpty
    }
  }

  /// Waits until popbell and all that it started have ended; says what came of it.
  func wait() -> Run {
    if !until({ !service.isRunning }) {
      Issue.record("popbell did not end; it said:\n\(service.log)")
      end(everything: SIGKILL)
    }
    let run = service.wait()
    #expect(until { processes.isEmpty }, "\(processes)")
    return run
  }
}

extension ProcessTable {
  struct Row {
    var identifier: Int32
    var parent: Int32
    var group: Int32
    var session: Int32
    var isAlive: Bool
  }

  static var all: [Row] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.compactMap(row)
  }

  /// The name, in parentheses, may hold anything.
  static func row(of process: Int32) -> Row? {
    guard let stat = text("\(process)/stat").components(separatedBy: ") ").last else { return nil }
    let fields = stat.split(separator: " ")
    guard fields.count > 3, let parent = Int32(fields[1]), let group = Int32(fields[2]),
      let session = Int32(fields[3])
    else { return nil }
    return Row(
      identifier: process, parent: parent, group: group, session: session,
      isAlive: fields[0] != "Z" && fields[0] != "X")
  }
}
