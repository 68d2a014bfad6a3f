"""What people enter by hand, kept in the store with its link in the record, and the files that are exported from it.

``kept`` holds the words, ``papers`` the frozen bulletins and their errata, ``exports`` the files beside the store,
``takeover`` reads the files of the versions before, ``by_hand`` a file that somebody edited and wants to count.
"""
