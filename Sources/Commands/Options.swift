import Bytes
import Platform

/// What popbell is asked to do.
enum Subcommand: CaseIterable {
  case run, once, check, match, gpio, ledger, version

  var word: StaticString {
    switch self {
    case .run: "run"
    case .once: "once"
    case .check: "check"
    case .match: "match"
    case .gpio: "gpio"
    case .ledger: "ledger"
    case .version: "--version"
    }
  }

  var help: StaticString {
    switch self {
    case .run: Help.run
    case .once: Help.once
    case .check: Help.check
    case .match: Help.match
    case .gpio: Help.gpio
    case .ledger: Help.ledger
    case .version: Help.popbell
    }
  }
}

/// The command line.
final class Options {
  var command: Subcommand?
  var configFile = [UInt8]("/etc/popbell/popbell.conf")
  var mailbox: [UInt8]?
  var isVerbose = false
  var isDryRun = false
  var showsHelp = false
  var operands: [[UInt8]] = []

  /// Why the command line was not understood.
  struct Refusal: Error {
    let message: [UInt8]

    func report() -> Int32 {
      writeErrors(["popbell: " + message, [UInt8]("Try 'popbell --help'.")])
      return ExitCode.usage
    }
  }

  static func parse() -> Result<Options, Refusal> {
    let options = Options()
    Arguments.addOption("config", code: Int32(UInt8.ascii("c")), takesArgument: true)
    Arguments.addOption("mailbox", code: Int32(UInt8.ascii("m")), takesArgument: true)
    Arguments.addOption("dry-run", code: Int32(UInt8.ascii("n")))
    Arguments.addOption("verbose", code: Int32(UInt8.ascii("v")))
    Arguments.addOption("help", code: Int32(UInt8.ascii("h")))
    Arguments.addOption("version", code: 256)
    while true {
      switch Arguments.nextOption(letters: ":c:m:nvh") {
      case .unknown(let text): return refuse("there is no option '", text)
      case .needsArgument(let text): return refuse("an argument is missing after '", text)
      case .end(let first): return options.takeOperands(from: first)
      case .option(let code, let argument): options.take(code, argument)
      }
    }
  }

  private func take(_ code: Int32, _ argument: SystemText?) {
    let text = argument.map { [UInt8]($0.bytes) } ?? []
    switch UInt8(exactly: code) {
    case .ascii("c"): configFile = text
    case .ascii("m"): mailbox = text
    case .ascii("n"): isDryRun = true
    case .ascii("v"): isVerbose = true
    case .ascii("h"): showsHelp = true
    default: command = .version
    }
  }

  private func takeOperands(from first: Int) -> Result<Options, Refusal> {
    if command == .version { return .success(self) }
    guard let word = Arguments.argument(at: first) else {
      return showsHelp ? .success(self) : .failure(Refusal(message: [UInt8]("which command?")))
    }
    command = Subcommand.allCases.first { word.bytes.equals($0.word) }
    guard let command else { return Self.refuse("there is no command '", word) }
    var index = first + 1
    while let operand = Arguments.argument(at: index) {
      guard command == .match || command == .gpio || command == .ledger else {
        return Self.refuse("what is to be done with '", operand)
      }
      operands.append([UInt8](operand.bytes))
      index += 1
    }
    if isDryRun && command != .once {
      return .failure(Refusal(message: [UInt8]("--dry-run goes with 'once' only")))
    }
    if mailbox != nil && command != .match {
      return .failure(Refusal(message: [UInt8]("--mailbox goes with 'match' only")))
    }
    return .success(self)
  }

  private static func refuse(_ words: StaticString, _ text: SystemText) -> Result<Options, Refusal>
  {
    var message = [UInt8](words)
    message.append(escaping: text.bytes)
    message.append("'")
    return .failure(Refusal(message: message))
  }
}
