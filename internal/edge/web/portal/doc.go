// Package portal is the public site: a member finds a bill and pays it,
// without an account and without JavaScript.
//
// Every page is one typed view model (the types with a page method), one
// template of the same name, and entries in the state catalogue (States) that
// tests render in every language. Handlers fill view models from the use
// cases and give them to a Renderer; nothing here reads a clock or a store.
package portal
