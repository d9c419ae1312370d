// Package config turns environment variables and YAML files into checked values. Nothing is read half: a value is
// whole, and an error has every fault at once.
//
// FromEnv reads the environment. ReadDefinitions reads a deskbell.yaml (JSON is YAML too) and places each fault that
// domain/definition found on its line and column. Scalars reach it as people wrote them: a plain `NO`, `on`, `22:00` or
// `2024-12-24` is a text, a number keeps its digits (`0700`), and only true, false, null and ~ are not texts.
//
// No message holds a secret: the password of a Redis URL and everything behind the scheme of any other URL is left out,
// also from the source lines that FileError.Format shows.
package config
