import Config
import POP3
import Platform
import Service
import TestSupport
import Testing

@testable import Commands
@testable import TLS

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// What is wrong, where, and what to do: of fetchers, files, Maildirs and GPIO lines.
@Suite struct ProblemTextTests {
  private static let server = bytes("pop.example.net")

  @Test(
    arguments: [
      (.system(SystemError(.fork, .wouldBlock)), "fork: Resource temporarily unavailable"),
      (.unresolved(server: server, .notFound), "pop.example.net: no such host"),
      (
        .certificates(TrustFailure(reason: .missing, path: bytes("/ca"))),
        "trusted certificates: /ca: no such file or folder"
      ),
      (
        .secretFile(bytes("/p"), .mode(0o640, .secret)),
        "/p: others may read it (mode 0640); run: chmod 640 /p"
      ),
      (
        .secretFile(bytes("/p"), .mode(0o604, .secret)),
        "/p: others may read it (mode 0604); run: chmod 600 /p"
      ),
      (.noCredentialsDirectory, "password-credential: $CREDENTIALS_DIRECTORY is not set"),
      (.passwordCommandTooLong, "password-command is too long"),
      (
        .passwordCommandNotStarted(SystemError(.exec, .notFound)),
        "password-command: exec: No such file or directory"
      ),
      (.passwordCommandFailed, "password-command failed"),
      (.credential(.empty(.secret)), "the password is empty"),
      (.credential(.tooLong(.user)), "user is longer than 256 bytes"),
      (
        .tls(server: server, .wrongName, nil),
        "pop.example.net: the server's certificate is for another name"
      ),
      (
        .clockNotSet(server: server, seconds: 0, nil),
        "pop.example.net: the clock is not set: it says 1970-01-01T00:00:00Z"
      ),
      (
        .connectionBroke(SystemError(.read, .brokenPipe)), "the connection broke: read: Broken pipe"
      ),
      (.tlsBroke(.corrupted), "the TLS stream was changed on its way"),
    ] as [(FetcherProblem, String)])
  func ofAFetcher(problem: FetcherProblem, expected: String) {
    #expect(text(problem.words) == expected)
  }

  @Test(
    arguments: [
      (.system(SystemError(.open, .notFound)), "open: No such file or directory"),
      (.notRegular, "this is not a file"), (.tooLarge, "the file is too large"),
      (.owner(1001), "the file belongs to user 1001; it must belong to you or to root"),
      (.mode(0o666, .settings), "others may change it (mode 0666); run: chmod o-w /f"),
      (.mode(0o755, .folder), "others may lock it (mode 0755); run: chmod 700 /f"),
    ] as [(FileError, String)])
  func ofAFile(error: FileError, expected: String) {
    #expect(text(describe(error, bytes("/f"))) == expected)
  }

  @Test(
    arguments: [
      (.system(SystemError(.flock, .wouldBlock)), "another popbell works with it"),
      (
        .system(SystemError(.open, .symbolicLink)),
        "a symbolic link that is not root's is in the way; name the folder that it leads to"
      ),
      (.mode(0o770, .folder), "others may change it (mode 0770); run: chmod 700 /f"),
    ] as [(FileError, String)])
  func ofTheStateDirectory(error: FileError, expected: String) {
    #expect(text(describe(folder: error, bytes("/f"))) == expected)
  }

  @Test(
    arguments: [
      (
        .noChips, .named(bytes("GPIO17"), chip: nil),
        "GPIO17: this machine has no GPIO chips (/dev/gpiochip*)"
      ),
      (
        .noSuchLine, .offset(17, chip: bytes("gpiochip0")),
        "line 17 on gpiochip0: there is no such line; 'popbell gpio list' shows what there is"
      ),
      (
        .ambiguous(bytes("a 1, b 2")), .named(bytes("X"), chip: nil),
        "X: more than one line has this name: a 1, b 2; add 'chip =' to say which"
      ),
      (
        .ambiguous(bytes("a 1, a 2")), .named(bytes("X"), chip: bytes("a")),
        "X on a: more than one line has this name: a 1, a 2; say which by its number, 'line ='"
      ),
      (
        .ambiguous(bytes("a, b")), .offset(3, chip: bytes("soc")),
        "line 3 on soc: more than one chip has this label: a, b; name one of them with 'chip ='"
      ),
      (
        .busy(consumer: []), .named(bytes("X"), chip: nil),
        "X: the kernel uses it, for a driver or a device-tree overlay"
      ),
      (
        .busy(consumer: bytes("popbell")), .named(bytes("X"), chip: nil),
        "X: another popbell holds it; stop that first ('systemctl stop popbell', or Ctrl-C)"
      ),
      (
        .busy(consumer: nil), .named(bytes("X"), chip: nil),
        "X: it is refused, though nobody seems to hold it"
      ),
      (
        .denied(path: bytes("/dev/gpiochip0"), .notPermitted), .named(bytes("X"), chip: nil),
        "X: no permission for /dev/gpiochip0; the service manager forbids it: the unit needs "
          + "'DeviceAllow=char-gpiochip rw'"
      ),
      (
        .system(SystemError(.getLine, .notImplemented)), .named(bytes("X"), chip: nil),
        "X: this kernel is too old; GPIO lines need Linux 5.10 or later"
      ),
    ] as [(GPIOError, LineAddress, String)])
  func ofALine(error: GPIOError, line: LineAddress, expected: String) {
    #expect(text(describe(error, line)) == expected)
  }
}
