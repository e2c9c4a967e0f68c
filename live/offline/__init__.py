"""The models on whole pieces, without a clock: continue, harmonise, compose. No files, printing, options.

Commands, the HTTP service and Python programs all call these. Never imported by the live path.
"""
