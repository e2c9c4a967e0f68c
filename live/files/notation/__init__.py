"""From music to a written page: bars, voices, note values, spelling; and kern, ABC, MusicXML, engraving."""
