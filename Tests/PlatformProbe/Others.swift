import Bytes
import CPlatform
import CProbe
import Glibc
import Platform

/// Runs what can wait, while a timer interrupts each system call that can be.
func runInterrupted() throws(SystemError) {
  var action = sigaction()
  unsafe action.__sigaction_handler.sa_handler = { _ in }
  unsafe sigaction(SIGALRM, &action, nil)
  let period = timeval(tv_sec: 0, tv_usec: 300)
  var timer = itimerval(it_interval: period, it_value: period)
  unsafe setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)

  var nothing = PollSet<1>()
  let start = Clock.now
  let ready = try nothing.wait(for: .milliseconds(50))
  say("poll \(ready) \(Clock.now - start >= .milliseconds(50))")

  umask(0o077)
  var list = TextList(limit: 256)
  for text in ["/bin/sh", "-c", "sleep 0.05; echo done $(umask); exec sleep 20"] {
    _ = list.append(Array(text.utf8).span)
  }
  let program = try Program(list, environment: TextList(limit: 1))
  _ = fcntl(program.output.number, F_SETFL, 0)
  var lines = LineAssembler(limit: 64)
  _ = try program.readOutput(&lines) { line, _ in say("read \(string(line))") }
  let id = program.process.id
  _ = consume program
  say("waited \(kill(id, 0) < 0)")
  var zero = itimerval()
  unsafe setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &zero, nil)
}

func readOptions() {
  Arguments.addOption("config", code: 99, takesArgument: true)
  Arguments.addOption("version", code: 256)
  while true {
    switch Arguments.nextOption(letters: ":c:hv") {
    case .option(let code, let argument):
      say("option \(code) \(argument.map { string($0.bytes) } ?? "-")")
    case .unknown(let text): say("unknown \(string(text.bytes))")
    case .needsArgument(let text): say("needs argument \(string(text.bytes))")
    case .end(let operands):
      for index in operands..<Arguments.count {
        say("operand \(Arguments.argument(at: index).map { string($0.bytes) } ?? "-")")
      }
      return
    }
  }
}

func openMissingStreams() throws(SystemError) {
  close(0)
  close(2)
  unsafe pb_arguments(CommandLine.argc, CommandLine.unsafeArgv)
  var status = [stat(), stat(), stat()]
  unsafe stat("/dev/null", &status[0])
  unsafe fstat(0, &status[1])
  unsafe fstat(2, &status[2])
  say("\(openDescriptors()) \(status.allSatisfy { $0.st_rdev == status[0].st_rdev })")
}

/// Appends to a file until it may not grow any more.
func fillTheDisk(_ folder: String) throws(SystemError) {
  signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit(rlim_cur: 10, rlim_max: 10)
  unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  guard let state = try? StateFolder(locking: Array(folder.utf8).span) else { return }
  let file = try state.open(Array("ledger".utf8).span)
  var failure: SystemError?
  do { try file.append(Array("more than ten".utf8).span) } catch { failure = error }
  say("size \(try file.size())")
  if let failure { throw failure }
}

func notify(_ state: String) throws(SystemError) {
  say("told \(try ServiceManager.notify(Array(state.utf8).span))")
  say("watchdog \(ServiceManager.watchdogInterval?.milliseconds ?? -1)")
}

/// Finds a line, as "NAME" or "CHIP LINE", and switches it.
func useLine(_ folder: String, _ address: [String]) throws(GPIOError) {
  probe_fake_gpio()
  let folder = Array(folder.utf8)
  guard let line = address.last.map({ Array($0.utf8) }) else { return try listChips(folder) }
  let chip = Array(address[0].utf8)
  let location =
    address.count == 1
    ? try GPIOLocation(line: line.span, in: folder.span)
    : try GPIOLocation(chip: chip.span, line: line.span, in: folder.span)
  let output = try location.chip.requestOutput(
    location.offset, [.activeLow, .openDrain, .pullUp], active: false, keeper: Keeper())
  do {
    try output.set(active: true)
    say("active \(try output.isActive())")
    try output.set(active: false)
  } catch {
    throw .system(error)
  }
}

private func listChips(_ folder: [UInt8]) throws(GPIOError) {
  var chips = try GPIOChips(in: folder.span)
  while let chip = try chips.nextChip() {
    let file = string(chip.path.span).split(separator: "/").last ?? ""
    say("\(file) \(string(chip.name.span)) \(string(chip.label.span)) \(chip.lineCount)")
    for offset in 0..<chip.lineCount {
      guard let line = try? chip.line(at: offset), line.flags.contains(.used) else { continue }
      say("used \(string(line.name.span)) by \(string(line.consumer.span))")
    }
  }
}

func lookWithoutPrivileges(_ folder: String) throws {
  let user = Sandbox.isRoot ? try User(named: Array("nobody".utf8).span) : nil
  try Sandbox.dropPrivileges(to: user)
  _ = try GPIOLocation(line: Array("GPIO17".utf8).span, in: Array(folder.utf8).span)
}
