import ArgumentParser
import Foundation
import POP3Simulator

enum TLSMode: String, ExpressibleByArgument, CaseIterable {
  case implicit, starttls, none
}

struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve a mailbox until SIGINT or SIGTERM.",
    discussion: """
      The first lines are for scripts: "port N", then, with TLS, "ca FILE", the authority to trust. \
      After them there is a line for each thing that happens.

      Example:
        popsim serve --tls implicit --certificate-folder /tmp/popsim --arrive 5
      """)

  @Option(
    help: ArgumentHelp("Serve the .eml files in it; deleting removes them.", valueName: "dir"))
  var folder: String?

  @Flag(help: "Serve built-in sample alerts (the default without --folder).")
  var samples = false

  @Option(help: ArgumentHelp("The port; any free one by default.", valueName: "n"))
  var port: UInt16 = 0

  @Option(help: "TLS from the start, after STLS, or not at all.")
  var tls = TLSMode.implicit

  @Option(
    help: ArgumentHelp(
      "Where to write ca.pem; by default a new folder, which is removed at the end.",
      valueName: "dir"))
  var certificateFolder: String?

  @Option(help: "The mailbox's user.")
  var user = "alerts@example.net"

  @Option(help: "The user's password.")
  var password = "popsim"

  @Option(
    help: ArgumentHelp(
      "The samples are not there yet, but arrive one every so many seconds.", valueName: "seconds"))
  var arrive: Double?

  func validate() throws {
    if folder != nil, samples || arrive != nil {
      throw ValidationError("--folder goes neither with --samples nor with --arrive.")
    }
    if let arrive, !(arrive > 0 && arrive <= 86_400) {
      throw ValidationError("--arrive takes seconds: more than 0, at most 86400 (a day).")
    }
    for value in [user, password] where value.isEmpty || value.contains(where: \.isNewline) {
      throw ValidationError("--user and --password take one line of text.")
    }
  }

  func run() throws {
    let signals = Signals()
    let log = Log()
    let mailbox =
      try folder.map(openFolder) ?? Mailbox(arrive == nil ? Message.samples(to: user) : [])
    let authority = try Authority(folder: tls == .none ? nil : certificateFolder ?? "")
    defer { authority.remove() }

    let server = try start(mailbox, authority, log)
    log.say("port \(server.port)")
    if tls != .none { log.say("ca \(authority.path)") }
    log.say(
      "listening on 127.0.0.1:\(server.port), \(tls.description), user \(user), "
        + count(mailbox.messages.count, "message"))

    if !deliver(to: mailbox, signals, log) { signals.wait() }
    server.stop()
    log.say(
      "stopped after \(count(server.connectionCount, "connection")), "
        + "\(count(server.loginCount, "login")), \(mailbox.deletedUIDs.count) deleted")
  }

  /// Returns whether a signal came meanwhile.
  private func deliver(to mailbox: Mailbox, _ signals: Signals, _ log: Log) -> Bool {
    guard let arrive else { return false }
    for index in Message.samples().indices {
      if signals.wait(seconds: arrive) { return true }
      let message = Message.samples(to: user)[index]  // Made now, so that it is dated now.
      mailbox.add(message)
      log.say("arrived \(quoted(message.subject))")
    }
    return false
  }

  private func start(
    _ mailbox: Mailbox, _ authority: Authority, _ log: Log
  ) throws -> MailboxServer {
    var configuration = Configuration()
    configuration.port = port
    configuration.user = user
    configuration.password = password
    configuration.onEvent = { log.say($0) }
    switch tls {
    case .implicit: configuration.security = .implicitTLS(authority.identity)
    case .starttls: configuration.security = .startTLS(authority.identity)
    case .none: configuration.security = .none
    }
    do {
      return try MailboxServer(configuration, mailbox: mailbox)
    } catch {
      throw Refusal(
        "cannot listen on port \(port): \(unsafe String(cString: strerror(error.errno)))")
    }
  }

  private func openFolder(_ path: String) throws -> Mailbox {
    do {
      return try Mailbox(folder: URL(filePath: path))
    } catch {
      throw Refusal("cannot read the folder \(path): \(error.localizedDescription)")
    }
  }
}

/// Told to the user without a hint at --help.
struct Refusal: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

private func count(_ number: Int, _ noun: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : "s")"
}

extension TLSMode {
  var description: String {
    switch self {
    case .implicit: "TLS from the start"
    case .starttls: "TLS after STLS"
    case .none: "no TLS"
    }
  }
}
