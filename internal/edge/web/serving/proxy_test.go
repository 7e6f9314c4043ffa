package serving_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"quittance.org/quittance/internal/edge/web/serving"
)

// What a proxy of ours says is believed, and what a visitor says is not.
func TestBehindProxies(t *testing.T) {
	t.Parallel()
	ours := []string{"10.0.0.0/8", "192.0.2.7", "fd00::/8"}
	for name, row := range map[string]struct {
		proxies []string
		remote  string
		told    []string
		want    string
	}{
		"no proxy is named":                 {nil, "10.1.2.3:44", []string{"203.0.113.9"}, "10.1.2.3"},
		"not by a proxy":                    {ours, "198.51.100.4:44", []string{"203.0.113.9"}, "198.51.100.4"},
		"by a proxy":                        {ours, "10.1.2.3:44", []string{"203.0.113.9"}, "203.0.113.9"},
		"by a single address":               {ours, "192.0.2.7:44", []string{"203.0.113.9"}, "203.0.113.9"},
		"its neighbor is no proxy":          {ours, "192.0.2.8:44", []string{"203.0.113.9"}, "192.0.2.8"},
		"by two proxies":                    {ours, "10.1.2.3:44", []string{"203.0.113.9, 10.9.9.9"}, "203.0.113.9"},
		"two headers":                       {ours, "10.1.2.3:44", []string{"203.0.113.9", "10.9.9.9"}, "203.0.113.9"},
		"the visitor wrote one too":         {ours, "10.1.2.3:44", []string{"10.6.6.6, 1.1.1.1, 203.0.113.9"}, "203.0.113.9"},
		"the visitor is in our own network": {ours, "10.1.2.3:44", []string{"10.0.0.5"}, "10.0.0.5"},
		"with a port":                       {ours, "10.1.2.3:44", []string{"203.0.113.9:5060"}, "203.0.113.9"},
		"IPv6":                              {ours, "[fd00::1]:44", []string{"2001:db8::5"}, "2001:db8::5"},
		"IPv6 in brackets":                  {ours, "[fd00::1]:44", []string{"[2001:db8::5]"}, "2001:db8::5"},
		"IPv4 as IPv6":                      {ours, "[::ffff:10.1.2.3]:44", []string{"203.0.113.9"}, "203.0.113.9"},
		"no header":                         {ours, "10.1.2.3:44", nil, "10.1.2.3"},
		"nonsense":                          {ours, "10.1.2.3:44", []string{"203.0.113.9, <script>"}, "10.1.2.3"},
	} {
		proxies, err := serving.ParseProxies(row.proxies)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		h := proxies.Behind(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr }))
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.RemoteAddr = row.remote
		for _, told := range row.told {
			r.Header.Add("X-Forwarded-For", told)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
		if from, err := netip.ParseAddrPort(got); err != nil || from.Addr().String() != row.want {
			t.Errorf("%s: got %s, want %s", name, got, row.want)
		}
	}
}

func TestParseProxiesRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "proxy.example", "10.0.0.0/33", "10.0.0"} {
		if _, err := serving.ParseProxies([]string{text}); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
