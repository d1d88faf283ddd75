import Bytes
import CMbedTLS

/// Why no certificates could be loaded, and from where.
public struct TrustFailure: Error, Equatable, Sendable {
  public enum Reason: Equatable, Sendable {
    case missing
    case notReadable
    /// More than 4 MiB.
    case tooLarge
    case noCertificate
    /// Everybody may write to it, or, of a folder, to each file that would do.
    case writable
    /// A folder with more than 256 files.
    case tooManyFiles
    case outOfMemory
    /// Another errno.
    case system(Int32)
  }

  public var reason: Reason
  public var path: [UInt8]

  /// For a message that names the path.
  public var text: StaticString {
    switch reason {
    case .missing: "no such file or folder"
    case .notReadable: "not readable"
    case .tooLarge: "larger than 4 MiB"
    case .noCertificate: "no certificate in it"
    case .writable: "everybody may change it; run: chmod o-w"
    case .tooManyFiles: "more than 256 files with certificates; put all of them into one file"
    case .outOfMemory: "not enough memory"
    case .system: "cannot be read"
    }
  }
}

/// The certificate authorities that are believed.
///
/// It has its files open, and they are read when a server is verified, one certificate at a time: it
/// needs 25 KB, whatever is in them. Connections made from it open no file.
@safe public struct TrustStore: ~Copyable {
  let handle: OpaquePointer

  /// Opens a file, PEM (one certificate or many) or DER, or a folder of such files.
  ///
  /// Certificates that cannot be read are passed over, so that one broken line in a bundle does not
  /// stop the rest; but there must be one.
  public init(path: [UInt8]) throws(TrustFailure) {
    guard !path.contains(0) else { throw TrustFailure(reason: .missing, path: path) }
    var opened: OpaquePointer?
    // SAFETY: the array ends with a NUL and outlives the call, which fills the pointer on success.
    let result = unsafe (path + [0]).withUnsafeBufferPointer {
      unsafe pb_tls_trust_open($0.baseAddress, &opened)
    }
    guard result == 0, let handle = unsafe opened else {
      throw TrustFailure(reason: TrustFailure.Reason(-result), path: path)
    }
    unsafe self.handle = handle
  }

  /// Opens the system's own: the first of the usual places where there are any.
  public static func system() throws(TrustFailure) -> TrustStore {
    for place in usualPlaces.dropLast() {
      if let store = try? TrustStore(path: [UInt8](place)) { return store }
    }
    return try TrustStore(path: [UInt8](usualPlaces[usualPlaces.count - 1]))
  }

  /// Debian, Alpine and OpenWrt; Alpine and others; Fedora; anyone without a bundle.
  private static let usualPlaces: [StaticString] = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem",
    "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs",
  ]

  deinit {
    // SAFETY: this is the owner that pb_tls_trust_open counted; connections count themselves.
    unsafe pb_tls_trust_release(handle)
  }
}

extension TrustFailure.Reason {
  /// Linux's numbers, which a bare-metal triple has no names for.
  init(_ errno: Int32) {
    self =
      switch errno {
      case 2, 20: .missing  // ENOENT, ENOTDIR
      case 1, 13: .notReadable  // EPERM, EACCES
      case 12: .outOfMemory  // ENOMEM
      case 24: .tooManyFiles  // EMFILE
      case 27: .tooLarge  // EFBIG
      case 74: .noCertificate  // EBADMSG
      case 129: .writable  // EKEYREJECTED
      default: .system(errno)
      }
  }
}
