"""Exports: what a list shows, as a file, whatever its size.

An app declares what can be exported and its columns (`core.exports.sources`); a job writes the
file part by part, and a mail says when it is there.
"""
