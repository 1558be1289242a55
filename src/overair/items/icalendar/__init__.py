"""Events, tasks and notes from iCalendar and back."""
