/// A network in prefix notation, such as `203.0.113.0/24` (RFC 4632 § 3.1) or `2001:db8::/32`.
package struct CIDR: Sendable, Hashable, CustomStringConvertible {
    /// The lowest address: bits behind the prefix are zero.
    package let base: IPAddress
    /// Bits that count, 0 to the width of the address.
    package let prefixLength: Int

    /// Why a text is no network, with the remedy.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// Reads `ADDRESS/LENGTH`; a bare address is the network of that address alone.
    ///
    /// Refused are lengths with a leading zero, which are octal to some readers, and addresses inside of a network instead of its own.
    package init(reading text: String) throws(Problem) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let address = IPAddress(utf8: first) else {
            throw Problem(description: "\(quoted(text)) is no network: write one such as `203.0.113.0/24` or `2001:db8::/32`")
        }
        base = address
        guard parts.count == 2 else {
            prefixLength = address.width
            return
        }
        guard let length = Self.length(parts[1]), length <= address.width else {
            throw Problem(
                description:
                    "\(quoted(text)) has no valid prefix length: write 0 to \(address.width) behind the `/`, without a leading zero")
        }
        guard address.masked(to: length) == address else {
            throw Problem(description: "\(quoted(text)) has bits set behind its first \(length): write the network's own address")
        }
        prefixLength = length
    }

    package init?(_ text: String) {
        do { try self.init(reading: text) } catch { return nil }
    }

    /// What is wrong with the text, with the remedy; nil for a network.
    package static func problem(_ text: String) -> String? {
        do throws(Problem) {
            _ = try CIDR(reading: text)
            return nil
        } catch {
            return error.description
        }
    }

    /// Whether the address lies inside; an IPv4-mapped address counts as the IPv4 address it carries as well (RFC 4291 § 2.5.5.2).
    package func contains(_ address: IPAddress) -> Bool {
        if address.width == base.width, address.masked(to: prefixLength) == base { return true }
        let inner = address.unmapped
        return inner.width == base.width && inner.masked(to: prefixLength) == base
    }

    package var description: String { "\(base)/\(prefixLength)" }

    private static func length(_ digits: Substring.UTF8View) -> Int? {
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        var length = 0
        for digit in digits {
            guard digit.isASCIIDigit else { return nil }
            length = length * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return length
    }
}

extension IPAddress {
    fileprivate func masked(to length: Int) -> IPAddress {
        switch self {
        case .v4(let bits): .v4(length == 0 ? 0 : bits & ~0 << UInt32(32 - length))
        case .v6(let bits): .v6(length == 0 ? 0 : bits & ~0 << UInt128(128 - length))
        }
    }
}
