package serving

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/fault"
)

// Proxies are the addresses of proxies in front of us, which are believed when
// they say whom a request comes from.
type Proxies []netip.Prefix

// ParseProxies reads addresses and networks, like 10.0.0.7 and 10.0.0.0/8.
func ParseProxies(texts []string) (Proxies, error) {
	var all Proxies
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if address, single := netip.ParseAddr(text); single == nil {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "serve.trusted_proxy", "%q is neither an address like 10.0.0.7 nor a network like 10.0.0.0/8", text)
		}
		all = append(all, network.Masked())
	}
	return all, nil
}

// Behind gives requests the address of whoever is before the proxies. Tries are
// counted by it, and it stands in what people agree to (R-ID-2, REG-40).
//
// A proxy adds to X-Forwarded-For, at the right, the address that it sees. What
// stands further to the left anybody can have written: so it is read from the
// right, as long as one of ours has written it.
func (p Proxies) Behind(h http.Handler) http.Handler {
	if len(p) == 0 {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil {
			h.ServeHTTP(w, r)
			return
		}
		told := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for _, text := range slices.Backward(told) {
			if !p.has(from.Addr()) {
				break
			}
			before, ok := forwarded(strings.TrimSpace(text))
			if !ok {
				break
			}
			from = before
		}
		r = r.Clone(r.Context())
		r.RemoteAddr = from.String()
		h.ServeHTTP(w, r)
	})
}

func (p Proxies) has(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a) })
}

// forwarded reads an address, with or without a port.
func forwarded(text string) (netip.AddrPort, bool) {
	if a, err := netip.ParseAddrPort(text); err == nil {
		return a, true
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return netip.AddrPortFrom(a, 0), err == nil
}
