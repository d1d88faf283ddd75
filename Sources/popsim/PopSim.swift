import ArgumentParser

@main struct PopSim: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "popsim",
    abstract: "A POP3 mailbox to try popbell with.",
    discussion: """
      It listens on the loopback interface only, makes its own certificate authority, and holds \
      alerts as real devices send them, or your own .eml files.
      """,
    subcommands: [Serve.self])
}
