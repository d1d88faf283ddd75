import Bytes
public import Ledger
import Mail
import POP3

/// Hashes that identify the message whose header is complete.
extension Fetcher where MD5: ~Copyable, SHA256: ~Copyable {
  // `mutating`, though nothing changes: a nonmutating function would copy the fetcher.
  mutating func identity(of message: Int) -> MessageIdentity {
    var digest = SHA256()
    digest.update(.ascii("C"))
    let speaks = header.forEachByteOfContent { digest.update($0) }
    return MessageIdentity(
      uniqueID: listedID(of: message),
      believesUniqueID: believesUniqueIDs,
      content: Identity(prefixOf: digest.finish().span), isSilent: !speaks,
      older: settings.known.knowsOlder ? olderIdentity() : nil)
  }

  private mutating func olderIdentity() -> OlderIdentity {
    var digest = SHA256()
    digest.update(.ascii("H"))
    header.forEachIdentityByte { digest.update($0) }
    var contentDigest = SHA256()
    contentDigest.update(.ascii("M"))
    let hasContent = header.forEachContentByte { contentDigest.update($0) }
    let content = Identity(prefixOf: contentDigest.finish().span)
    return OlderIdentity(
      header: Identity(prefixOf: digest.finish().span), content: hasContent ? content : nil)
  }

  /// 64-bit hash of the message for `Examined.sum`: of its unique-id if that is believed, else of its
  /// content; nil if neither tells the message from others.
  func word(of identity: MessageIdentity) -> UInt64? {
    if let uniqueID = identity.uniqueID, identity.believesUniqueID { return uniqueID.word }
    return identity.isSilent || identity.believesUniqueID && hasSeenUniqueIDs
      ? nil : identity.content.word
  }

  static func digest(of id: UniqueID) -> Identity { Identity(of: id.span, by: SHA256.self) }
}

extension Span<UInt8> {
  /// True if the unique-id says no more than the number of its message: it is that number, alone or after
  /// text with no digit but 0. vm-pop3d sends `no-message-id-3`.
  func tellsNoMore(than message: Int) -> Bool {
    var digits: [UInt8] = []
    digits.append(decimal: message)
    guard count >= digits.count else { return false }
    let words = count - digits.count
    for index in 0..<words where self[index].isDigit && self[index] != .ascii("0") {
      return false
    }
    return extracting(words...).equals(digits.span)
  }
}

extension Identity {
  /// Hash of the unique-id `id`.
  public init<SHA256: SHA256Digest & ~Copyable>(of id: Span<UInt8>, by: SHA256.Type) {
    var digest = SHA256()
    digest.update(.ascii("U"))
    for index in id.indices { digest.update(id[index]) }
    self.init(prefixOf: digest.finish().span)
  }
}
