"""Files over HTTP: continue, harmonise and compose, for the page and for other programs.

The daemon serves it beside its panel, ``antiphon serve`` alone. Music is read, made and written in
short-lived processes (:mod:`live.service.work`); nothing of it is done in the process that serves.
"""
