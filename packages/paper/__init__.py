"""What is printed for packages, and the invoices that come with them.

Paper is HTML with print styles (`views`), and the same page as PDF where Pango is installed
(`pdf`). Files that sellers hand in are kept in `invoices`.
"""
