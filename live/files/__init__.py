"""Files in and out: MIDI, kern, ABC, MusicXML, pictures. Never imported by the live path."""
