"""Files to take away: tables for a spreadsheet, verdicts as a data set to train with."""
