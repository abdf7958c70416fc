internal import HTTPTypes

/// All routes; the most literal one wins.
struct RouteTable: Sendable {
    let all: [Route]

    /// Routes with a literal where others have a parameter come first.
    init(_ routes: [Route]) {
        all = routes.sorted { one, other in
            Self.literals(one) > Self.literals(other)
        }
    }

    private static func literals(_ route: Route) -> Int {
        route.segments.count { if case .literal = $0 { true } else { false } }
    }

    /// The route of this method and path, and its path's parameters. Throws `notFound` and `methodNotAllowed`.
    func find(_ method: HTTPRequest.Method, _ parts: [String]) throws(WebError) -> (route: Route, [String: String]) {
        let wanted: HTTPRequest.Method = method == .head ? .get : method
        var known: Set<String> = []
        var depth: Int?
        for route in all {
            guard let parameters = route.match(parts) else { continue }
            // A literal path hides the routes with a parameter in its place.
            let literals = Self.literals(route)
            if let depth, literals < depth { break }
            depth = literals
            if route.method == wanted { return (route, parameters) }
            known.insert(route.method.rawValue)
        }
        guard !known.isEmpty else { throw .notFound("there is nothing at this path; /openapi.json lists them all") }
        if known.contains("GET") { known.insert("HEAD") }
        throw .methodNotAllowed(known.sorted().compactMap { HTTPRequest.Method($0) })
    }
}
