import Bytes
import Config
import Foundation
import Ledger
import Platform
import Service
import TestSupport
import Testing

/// The ledgers on disk, and what `popbell ledger forget` leaves beside them.
@Suite struct StateFolderTests {
  let folder: TemporaryFolder
  let settings: Settings
  private let box = Array("box".utf8)

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
    var reader = ConfigReader()
    let text = """
      [popbell]
      state-directory = \(folder.path)
      [mailbox box]
      server = h
      user = u
      password-file = /p
      [rule r]
      subject = x
      run = /bin/true

      """
    reader.read(Array(text.utf8).span)
    settings = try #require(reader.finish().settings)
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  private func shelf() throws -> (LedgerShelf, Ledger<LedgerFile>) {
    let shelf = try LedgerShelf(settings, isDryRun: false)
    return (shelf, try shelf.open(settings)[0])
  }

  private func alert(_ number: Int, in ledger: Ledger<LedgerFile>) throws -> AlertIdentity {
    try ledger.resolve(MessageIdentity(number, content: number), rule: 1)
  }

  private func hasFired(_ number: Int, in ledger: Ledger<LedgerFile>) throws -> Bool {
    try ledger.state(of: try alert(number, in: ledger)) == .fired
  }

  @Test func aLedgerIsThereAfterARestart() throws {
    do {
      let (_, ledger) = try shelf()
      #expect(try !hasFired(1, in: ledger))
      try ledger.note(try alert(1, in: ledger), .fired)
    }
    let (_, ledger) = try shelf()
    #expect(try hasFired(1, in: ledger))
    let names = try names()
    #expect(names == ["box.ledger"])
  }

  @Test func aDryRunWritesNothing() throws {
    let shelf = try LedgerShelf(settings, isDryRun: true)
    let ledger = try shelf.open(settings)[0]
    try ledger.note(try alert(1, in: ledger), .fired)
    #expect(try hasFired(1, in: ledger))
    #expect(try names() == [])
  }

  @Test func onlyOneHasTheFolder() throws {
    withExtendedLifetime(try shelf()) {
      let error = #expect(throws: StartFailure.self) {
        _ = try LedgerShelf(settings, isDryRun: false)
      }
      guard case .stateDirectory(_, .system(let cause)) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(cause.number == .wouldBlock)
    }
  }

  @Test func aLedgerThatIsNoneIsLeftAlone() throws {
    let path = try folder.file("box.ledger", "something else")
    #expect(throws: StartFailure.self) { _ = try shelf() }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "something else")
  }

  @Test func whatIsToBeForgottenIsForgottenOnce() throws {
    let (shelf, ledger) = try shelf()
    for number in 1...3 { try ledger.note(try alert(number, in: ledger), .fired) }
    let other = try LedgerFolder(existing: Array(folder.path.utf8))
    let keys = try [1, 2].map { try alert($0, in: ledger).key }
    for key in keys + keys { try other.leave(key, box) }
    guard
      case .messages(let forgotten) = shelf.carryOutRequests(of: settings.mailboxes[0], on: ledger)
    else {
      Issue.record("not forgotten")
      return
    }
    #expect(forgotten == keys)
    #expect(try (1...3).filter { try hasFired($0, in: ledger) } == [3])
    try ledger.note(try alert(1, in: ledger), .fired)
    guard case .nothing = shelf.carryOutRequests(of: settings.mailboxes[0], on: ledger) else {
      Issue.record("forgotten again")
      return
    }
    #expect(try hasFired(1, in: ledger))
  }

  @Test func allIsForgotten() throws {
    let (shelf, ledger) = try shelf()
    for number in 1...3 { try ledger.note(try alert(number, in: ledger), .fired) }
    try LedgerFolder(existing: Array(folder.path.utf8)).leave(nil, box)
    guard case .all = shelf.carryOutRequests(of: settings.mailboxes[0], on: ledger) else {
      Issue.record("not forgotten")
      return
    }
    #expect(try (1...3).filter { try hasFired($0, in: ledger) } == [])
  }

  /// Whoever wrote it may look into it.
  @Test(arguments: ["all", "al\n", "00\n", "", "all\n\n", "too long"])
  func whatIsNoListIsPutAside(text: String) throws {
    let text = text == "too long" ? String(repeating: "all\n", count: 9000) : text
    let (shelf, ledger) = try shelf()
    try ledger.note(try alert(1, in: ledger), .fired)
    _ = try folder.file("box.forget", text)
    guard case .refused(_, let name) = shelf.carryOutRequests(of: settings.mailboxes[0], on: ledger)
    else {
      Issue.record("not refused")
      return
    }
    #expect(name == Array("box.refused".utf8))
    #expect(try hasFired(1, in: ledger))
    #expect(try names().contains("box.refused") && !names().contains("box.forget"))
  }

  /// Somebody writes one at this moment: the next poll finds it.
  @Test func aRequestThatIsBeingWrittenWaits() throws {
    let (shelf, ledger) = try shelf()
    let other = try LedgerFolder(existing: Array(folder.path.utf8))
    try other.leave(nil, box)
    let lock = try other.folder.open(Array("forget.lock".utf8).span)
    try lock.lock(waits: false)
    withExtendedLifetime(lock) {
      guard case .nothing = shelf.carryOutRequests(of: settings.mailboxes[0], on: ledger) else {
        Issue.record("carried out")
        return
      }
    }
    #expect(try names().contains("box.forget"))
  }
}
