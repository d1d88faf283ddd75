import CSimulator
import Glibc
import Synchronization

/// How a connection becomes secure.
public enum Security: Sendable {
  case implicitTLS(TLSIdentity)
  case startTLS(TLSIdentity)
  case none
}

public struct Configuration: Sendable {
  public var security = Security.none
  /// [::1] instead of 127.0.0.1.
  public var usesIPv6 = false
  /// 0: any free one.
  public var port: UInt16 = 0
  public var user = "alerts@example.net"
  public var password = "correct horse"
  /// The greeting has a stamp for APOP.
  public var offersAPOP = false
  /// One session at a time: [IN-USE].
  public var locksMailbox = false
  public var behaviour = Behaviour()
  /// Called on the connections' threads.
  public var onEvent: (@Sendable (Event) -> Void)?

  public init() {}
}

/// What happens, for a person who watches.
public enum Event: Sendable {
  case connected(Int)
  case secured(Int)
  case loggedIn(Int, user: String)
  case refusedLogin(Int, user: String)
  case read(Int, Keyword, subject: String)
  case marked(Int, subject: String)
  case deleted(Int, subject: String)
  case ended(Int)
}

public struct ServerError: Error, Sendable {
  public var errno: Int32
}

/// A POP3 server on the loopback interface.
///
/// It listens from `init` to `stop`, which leaves no thread and no socket behind.
public final class MailboxServer: Sendable {
  private struct Connection {
    var socket: Int32?
    var thread: JoinableThread?
    let recorder: Recorder
  }

  private struct State {
    var connections: [Connection] = []
    var behaviour: Behaviour
    var nextBehaviours: [Behaviour] = []
    var isStopping = false
  }

  public let port: UInt16
  public let mailbox: Mailbox
  private let configuration: Configuration
  private let listener: Int32
  private let state: Mutex<State>
  private let acceptor = Mutex<JoinableThread?>(nil)

  public init(_ configuration: Configuration, mailbox: Mailbox = Mailbox()) throws(ServerError) {
    self.configuration = configuration
    self.mailbox = mailbox
    listener = sim_listen(configuration.port, configuration.usesIPv6)
    guard listener >= 0 else { throw ServerError(errno: -listener) }
    port = sim_port(listener)
    state = Mutex(State(behaviour: configuration.behaviour))
    let thread = JoinableThread { [self] in acceptAll() }
    acceptor.withLock { $0 = thread }
  }

  /// Whether `Behaviour.speaksOnlyOldTLS` can be had.
  public static var canSpeakOldTLS: Bool { sim_tls_has_1_1() }

  /// For the connections from now on.
  public var behaviour: Behaviour {
    get { state.withLock(\.behaviour) }
    set { state.withLock { $0.behaviour = newValue } }
  }

  /// For the next connections, one each; those after them get `behaviour`.
  public func setNext(_ behaviours: [Behaviour]) {
    state.withLock { $0.nextBehaviours = behaviours }
  }

  /// One for each connection, in the order of their beginning.
  public var transcripts: [Transcript] {
    state.withLock { $0.connections.map(\.recorder) }.map(\.current)
  }

  public var connectionCount: Int { state.withLock { $0.connections.count } }
  public var loginCount: Int { transcripts.count(where: \.loggedIn) }

  /// Ends every session, uncommitted, and waits for all threads. May be called again.
  public func stop() {
    guard let thread = acceptor.withLock({ $0.take() }) else { return }
    state.withLock { state in
      state.isStopping = true
      for case let socket? in state.connections.map(\.socket) {
        shutdown(socket, Int32(SHUT_RDWR))
      }
    }
    shutdown(listener, Int32(SHUT_RDWR))  // Wakes `accept` up.
    thread.join()
    close(listener)
    // No more connections come, and each thread only ever clears its own socket.
    for thread in state.withLock({ $0.connections.map(\.thread) }) { thread?.join() }
  }

  private func acceptAll() {
    while true {
      let socket = sim_accept(listener)
      joinFinished()
      if socket < 0 {
        if state.withLock(\.isStopping) { return }
        continue
      }
      begin(socket)
    }
  }

  /// A thread that has ended keeps its stack until it is joined.
  private func joinFinished() {
    let finished = state.withLock { state in
      state.connections.indices.compactMap { index -> JoinableThread? in
        state.connections[index].socket == nil ? state.connections[index].thread.take() : nil
      }
    }
    for thread in finished { thread.join() }
  }

  private func begin(_ socket: Int32) {
    state.withLock { state in
      guard !state.isStopping else {
        close(socket)
        return
      }
      let behaviour =
        state.nextBehaviours.isEmpty ? state.behaviour : state.nextBehaviours.removeFirst()
      let recorder = Recorder()
      let number = state.connections.count + 1
      state.connections.append(Connection(socket: socket, recorder: recorder))
      // It cannot end before this lock is free.
      state.connections[number - 1].thread = JoinableThread { [self] in
        let transport = Wire(socket: socket, behaviour: behaviour, recorder: recorder)
        ServerSession(
          number: number, transport: transport, configuration: configuration,
          behaviour: behaviour, mailbox: mailbox, recorder: recorder
        ).run()
        end(number, socket, recorder)
      }
    }
  }

  private func end(_ number: Int, _ socket: Int32, _ recorder: Recorder) {
    state.withLock {
      $0.connections[number - 1].socket = nil
      close(socket)
    }
    recorder.hasEnded()
    configuration.onEvent?(.ended(number))
  }
}
