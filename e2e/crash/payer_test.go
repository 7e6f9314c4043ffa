package crash_test

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/sandbox/population"
)

// payer is a person with a browser that keeps cookies, follows redirects and
// is reloaded until it gets an answer.
type payer struct {
	portal string // URL
	http   *http.Client
	page   string
	at     *url.URL
}

func newPayer(portal string) *payer {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err)
	}
	return &payer{portal: portal, http: &http.Client{Jar: jar, Timeout: time.Minute}}
}

var (
	hiddenField  = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"`)
	confirmation = regexp.MustCompile(`data-test="?confirmation"?[^>]*>\s*([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{2})`)
	pageTitle    = regexp.MustCompile(`<title>(.*?)</title>`)
)

func (p *payer) title() string {
	if found := pageTitle.FindStringSubmatch(p.page); found != nil {
		return html.UnescapeString(found[1])
	}
	return "(no title)"
}

// get opens an address. After a power cut it tries again until the site is up.
func (p *payer) get(address string) error {
	return p.reload(func() (*http.Response, error) { return p.http.Get(address) })
}

// send fills the form of the page in and presses its button; values given here
// go over the hidden ones. It is sent again, word for word, until it arrives.
func (p *payer) send(path string, values url.Values) error {
	for _, field := range hiddenField.FindAllStringSubmatch(p.page, -1) {
		name := html.UnescapeString(field[1])
		if !values.Has(name) {
			values.Set(name, html.UnescapeString(field[2]))
		}
	}
	target, err := p.at.Parse(path)
	if err != nil {
		return err
	}
	return p.reload(func() (*http.Response, error) { return p.http.PostForm(target.String(), values) })
}

const patience = 3 * time.Minute

func (p *payer) reload(ask func() (*http.Response, error)) error {
	var last error
	for begun := time.Now(); time.Since(begun) < patience; pause(50 * time.Millisecond) {
		answer, err := ask()
		if err != nil {
			last = err
			continue
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil {
			last = err
			continue
		}
		if answer.StatusCode >= http.StatusInternalServerError {
			last = fmt.Errorf("%s answered %d", answer.Request.URL.Path, answer.StatusCode)
			continue
		}
		p.page, p.at = string(body), answer.Request.URL
		return nil
	}
	return fmt.Errorf("no answer in %s: %w", patience, last)
}

var errNothingDue = errors.New("nothing is due")

// findBill goes from the home page to the bill of a household.
func (p *payer) findBill(subscriber string, born civil.Date) error {
	if err := p.get(p.portal + "/pay"); err != nil {
		return err
	}
	return p.send("/pay", url.Values{
		"subscriber_id": {subscriber}, "by": {"dob"}, "birth_month": {strconv.Itoa(int(born.MonthOfYear()))},
		"birth_day": {strconv.Itoa(born.Day())}, "birth_year": {strconv.Itoa(born.Year())},
	})
}

// payByBank pays what is due and gives the confirmation number.
func (p *payer) payByBank() (string, error) {
	steps := []struct {
		path   string
		values url.Values
	}{
		{"/pay/amount", url.Values{"choice": {"total"}}},
		{"/pay/method", url.Values{"method": {"bank"}}},
		{"/pay/bank", url.Values{"name": {"Pat Payer"}, "account_type": {"checking"}, "routing": {"110000000"}, "account": {"000123456789"}}},
		{"/pay/check", url.Values{"email": {"pat@example.com"}}},
	}
	for _, s := range steps {
		if err := p.send(s.path, s.values); err != nil {
			return "", err
		}
	}
	return p.confirmed()
}

// payByCard pays what is due on the processor's page.
func (p *payer) payByCard(number string) (string, error) {
	if err := p.send("/pay/amount", url.Values{"choice": {"total"}}); err != nil {
		return "", err
	}
	if err := p.send("/pay/method", url.Values{"method": {"card"}}); err != nil {
		return "", err
	}
	if err := p.send("/pay/check", url.Values{"email": {"pat@example.com"}}); err != nil {
		return "", err
	}
	if p.at.Host == p.host() { // the page was paid before the cut, or said what is wrong
		return p.confirmed()
	}
	err := p.send(p.at.Path, url.Values{
		"number": {number}, "month": {"10"}, "year": {"2031"}, "name": {"Pat Payer"}, "code": {"123"}, "zip": {"02110"},
	})
	if err != nil {
		return "", err
	}
	return p.confirmed()
}

func (p *payer) host() string {
	u, err := url.Parse(p.portal)
	if err != nil {
		panic(err)
	}
	return u.Host
}

// confirmed waits on the page "we're checking" until there is a confirmation
// number.
func (p *payer) confirmed() (string, error) {
	for begun := time.Now(); time.Since(begun) < patience; pause(200 * time.Millisecond) {
		if found := confirmation.FindStringSubmatch(p.page); found != nil {
			return found[1], nil
		}
		if p.at.Host != p.host() {
			return "", fmt.Errorf("stranded on %s: %s", p.at.Host, p.title())
		}
		if p.at.Path != "/pay/status" {
			return "", fmt.Errorf("ended on %s: %s", p.at.Path, p.title())
		}
		if err := p.get(p.at.String()); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("still not confirmed: %s", p.title())
}

// isIn asks the look-up whether a payment is known.
func (p *payer) isIn(number string) (bool, error) {
	if err := p.get(p.portal + "/is-my-payment-in"); err != nil {
		return false, err
	}
	if err := p.send("/is-my-payment-in", url.Values{"confirmation": {number}}); err != nil {
		return false, err
	}
	return regexp.MustCompile(regexp.QuoteMeta(number)).MatchString(p.page) && p.at.Path == "/is-my-payment-in" &&
		!regexp.MustCompile(`pp-error|usa-alert--error`).MatchString(p.page), nil
}

// neighbours gives the households that the demo has beside its fixtures.
func neighbours(n int) ([]household, error) {
	people, err := population.New(1, 2026)
	if err != nil {
		return nil, err
	}
	var all []household
	for i := range n {
		h, err := people.Household(i)
		if err != nil {
			return nil, err
		}
		all = append(all, household{string(h.Account.SubscriberID), h.Account.BirthDate})
	}
	return all, nil
}

type household struct {
	subscriber string
	born       civil.Date
}
