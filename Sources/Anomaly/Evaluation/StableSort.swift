extension Array {
    /// Sorted by `precedes`, equal elements in their present order.
    func stablySorted(by precedes: (Element, Element) -> Bool) -> [Element] {
        indices.sorted { a, b in
            if precedes(self[a], self[b]) { return true }
            return precedes(self[b], self[a]) ? false : a < b
        }.map { self[$0] }
    }
}
