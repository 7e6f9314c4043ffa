// Package plan holds what can be enrolled in and what it costs: carriers,
// plans and their rates, the Massachusetts rating rules, and the programs that
// pay a part of the price.
//
// Carriers, plans and rates are imported (R-PLAN-1); the rules and the figures
// that law or the marketplace's Board sets for a year are tables here, by plan
// year. Every computation is in whole cents and whole ten-thousandths.
package plan

import (
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
)

// Carrier is an insurer.
type Carrier struct {
	ID   string
	Name string
}

// Metal is the level of a medical plan, or the level of a dental one.
type Metal string

// The levels (MA-PLAN-11, MA-PLAN-12).
const (
	MetalPlatinum     Metal = "platinum"
	MetalGold         Metal = "gold"
	MetalSilver       Metal = "silver"
	MetalBronze       Metal = "bronze"
	MetalCatastrophic Metal = "catastrophic"
	MetalHigh         Metal = "high" // dental
	MetalLow          Metal = "low"  // dental
)

// Plan is one product of a carrier.
type Plan struct {
	ID        string
	CarrierID string
	Name      string
	Kind      enrollment.Kind
	Metal     Metal
	Program   bool // sold with state subsidy (ConnectorCare): silver only
}

// Rate is the monthly price of a plan in one area for one plan year, for a
// child of 0 to 20; the age curve gives everybody else's.
type Rate struct {
	PlanID string
	Year   int
	Area   Area
	Child  money.Amount
}

// Catalog is a marketplace's shelf: what is sold, and at what rates.
type Catalog struct {
	carriers map[string]Carrier
	plans    []Plan
	byID     map[string]Plan
	rates    map[rateKey]money.Amount
}

type rateKey struct {
	planID string
	year   int
	area   Area
}

// NewCatalog puts a shelf together. The error lists everything that does not
// fit together.
func NewCatalog(carriers []Carrier, plans []Plan, rates []Rate) (*Catalog, error) {
	c := &Catalog{map[string]Carrier{}, plans, map[string]Plan{}, map[rateKey]money.Amount{}}
	var problems fault.List
	for _, carrier := range carriers {
		if _, twice := c.carriers[carrier.ID]; twice || carrier.ID == "" {
			problems.Add("carrier "+carrier.ID, "plan.carrier_id", "needs an ID of its own")
		}
		c.carriers[carrier.ID] = carrier
	}
	for _, p := range plans {
		if _, twice := c.byID[p.ID]; twice || p.ID == "" {
			problems.Add("plan "+p.ID, "plan.id", "needs an ID of its own")
		}
		if _, known := c.carriers[p.CarrierID]; !known {
			problems.Add("plan "+p.ID, "plan.carrier_id", "names the carrier %q, which is not in the catalog", p.CarrierID)
		}
		c.byID[p.ID] = p
	}
	for _, r := range rates {
		c.addRate(r, &problems)
	}
	return c, problems.Err()
}

func (c *Catalog) addRate(r Rate, problems *fault.List) {
	key := rateKey{r.PlanID, r.Year, r.Area}
	where := fmt.Sprintf("rate of %s, %d, area %d", r.PlanID, r.Year, r.Area)
	if _, known := c.byID[r.PlanID]; !known {
		problems.Add(where, "plan.rate_plan", "is for a plan that is not in the catalog")
	}
	if _, twice := c.rates[key]; twice {
		problems.Add(where, "plan.rate_twice", "is there twice")
	}
	if !r.Child.IsPositive() || !r.Area.Known() {
		problems.Add(where, "plan.rate_value", "needs an area of 1 to 7 and a price above 0.00")
	}
	c.rates[key] = r.Child
}

// Carrier gives a carrier by ID.
func (c *Catalog) Carrier(id string) (Carrier, bool) {
	carrier, ok := c.carriers[id]
	return carrier, ok
}

// Plan gives a plan by ID.
func (c *Catalog) Plan(id string) (Plan, bool) { p, ok := c.byID[id]; return p, ok }

// Plans gives the plans of one kind, in the catalog's order.
func (c *Catalog) Plans(kind enrollment.Kind) []Plan {
	var out []Plan
	for _, p := range c.plans {
		if p.Kind == kind {
			out = append(out, p)
		}
	}
	return out
}

// Price gives what a plan costs a household a month in a plan year.
func (c *Catalog) Price(planID string, year int, area Area, births []civil.Date) (money.Amount, error) {
	child, ok := c.rates[rateKey{planID, year, area}]
	if !ok {
		return money.Zero, fault.New(fault.NotFound, "plan.no_rate", "there is no rate for plan %s, year %d, area %d", planID, year, area)
	}
	return FamilyPrice(child, AgesAtStart(births, year)), nil
}
