"""What the machine lends: files that come with the packages, child processes, the collector of
garbage, faults of config.yaml in Chinese.

Face: ``shipped.shipped``, ``parent.tied_to``, ``config_words.in_chinese``,
``collecting.rare_collections``.
"""
