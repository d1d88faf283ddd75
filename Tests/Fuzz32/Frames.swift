import Alerts
import Bytes
import Config
import Ledger
import Rules

/// Whatever a broken fetcher sends, in whatever order, the supervisor takes it or ends the fetcher,
/// on a machine whose Int has 32 bits too.

/// The supervisor of one mailbox, from its configuration on.
nonisolated(unsafe) private var trial = Trial()

/// A poll begins.
@c(fuzz32_begin)
public func begin() { unsafe trial.begin() }

/// The fetcher sends a frame.
@c(fuzz32_take)
public func take(_ start: UnsafePointer<UInt8>, _ count: Int) {
  // SAFETY: the caller's bytes stand until this returns.
  unsafe trial.take(UnsafeBufferPointer(start: start, count: count).span)
}

/// The fetcher is gone.
@c(fuzz32_end)
public func end() { unsafe trial.end() }

private struct Trial: ~Copyable {
  private var supervisor: Supervisor<Memory>
  private var lines = NoLines()
  private var now = Instant(milliseconds: 0)
  private var isOver = true

  init() {
    let settings = Trial.settings()
    var outputs = Outputs()
    outputs.add(maxOn: nil, rest: .zero, isActive: false, now: now)
    do throws(LedgerError) {
      let ledger = try Ledger(Memory(), now: now, wall: 1_800_000_000, built: 1_700_000_000)
      supervisor = Supervisor(
        settings: settings, outputs: outputs, ledgers: [ledger], fingerprint: 1, mode: .service,
        seed: 1, now: now)
    } catch {
      fatalError("not so: an empty ledger opens")
    }
  }

  private static func settings() -> Settings {
    let file = bytes(
      """
      [mailbox box]
      server = localhost
      user = u
      password-file = /p
      unmatched = delete
      [output lamp]
      chip = simulated
      line = L
      [rule run]
      subject = x
      run = /x
      [rule archive]
      subject = y
      pulse = lamp 1s
      archive = /maildir

      """)
    var reader = ConfigReader()
    reader.read(file.span)
    guard let settings = reader.finish().settings else {
      fatalError("not so: the settings are right")
    }
    return settings
  }

  mutating func begin() {
    now = supervisor.nextWake ?? now
    supervisor.tick(on: &lines, now: now)
    isOver = false
    _ = supervisor.known(of: 0, now: now, time: time)
    carryOut()
  }

  mutating func take(_ frame: Span<UInt8>) {
    if let parsed = try? FetcherFrame(parsing: frame), !parsed.encoded.span.equals(frame) {
      fatalError("not so: a frame is encoded as it came")
    }
    guard !isOver else { return }
    supervisor.received(frame, from: 0, on: &lines, now: now, time: time)
    carryOut()
  }

  mutating func end() {
    supervisor.fetcherEnded(0, now: now, time: time)
    carryOut()
  }

  private var time: UInt64 { 1_800_000_000 + UInt64(now.milliseconds / 1000) }

  private mutating func carryOut() {
    while let order = supervisor.nextOrder() {
      switch order {
      case .endFetcher: isOver = true
      case .startProgram:
        supervisor.actionEnded(0, .succeeded, on: &lines, now: now, time: time)
      case .judge:
        supervisor.judged(0, supervisor.judge(0), on: &lines, now: now, time: time)
      case .endArchive: supervisor.archiveEnded(0, code: nil, now: now, time: time)
      case .startFetcher, .answer, .answerListing, .endProgram, .beginArchive, .writeArchive,
        .report, .switched:
        break
      }
    }
  }
}

private func bytes(_ text: StaticString) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.append(text)
  return bytes
}

private struct NoLines: OutputLines {
  mutating func drive(_ output: Int, active: Bool, until end: Instant) -> Bool { true }
  mutating func take(_ output: Int, active: Bool, until end: Instant) -> Bool { true }
  func time(since now: Instant) -> Instant { now }
  func isHeld(_ output: Int) -> Bool { true }
}

/// A ledger that nothing can happen to.
private struct Memory: Store {
  private var ledger: [UInt8] = []
  private var successor: [UInt8] = []

  mutating func read(
    at offset: Int, into bytes: inout MutableSpan<UInt8>
  ) throws(StoreError) -> Int {
    let count = max(0, min(bytes.count, ledger.count - offset))
    for index in 0..<count { bytes[index] = ledger[offset + index] }
    return count
  }

  mutating func append(_ bytes: Span<UInt8>, to file: StoreFile) throws(StoreError) {
    switch file {
    case .ledger: ledger.append(bytes)
    case .successor: successor.append(bytes)
    }
  }

  mutating func reserve(_ count: Int) throws(StoreError) {}
  mutating func synchronize(_ file: StoreFile) throws(StoreError) {}
  mutating func truncate(to length: Int) throws(StoreError) {
    ledger.removeLast(ledger.count - length)
  }
  mutating func beginSuccessor() throws(StoreError) { successor = [] }
  mutating func succeed() throws(StoreError) { (ledger, successor) = (successor, []) }
  mutating func synchronizeFolder() throws(StoreError) {}
}
