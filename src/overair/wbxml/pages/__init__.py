"""Every code page, one class each; see MS-ASWBXML 2.1.2.1."""

from overair.wbxml.pages.airnotify import AirNotify
from overair.wbxml.pages.airsync import AirSync
from overair.wbxml.pages.airsyncbase import AirSyncBase
from overair.wbxml.pages.calendar import Calendar
from overair.wbxml.pages.composemail import ComposeMail
from overair.wbxml.pages.contacts import Contacts
from overair.wbxml.pages.contacts2 import Contacts2
from overair.wbxml.pages.documentlibrary import DocumentLibrary
from overair.wbxml.pages.email import Email
from overair.wbxml.pages.email2 import Email2
from overair.wbxml.pages.find import Find
from overair.wbxml.pages.folderhierarchy import FolderHierarchy
from overair.wbxml.pages.gal import GAL
from overair.wbxml.pages.getitemestimate import GetItemEstimate
from overair.wbxml.pages.itemoperations import ItemOperations
from overair.wbxml.pages.meetingresponse import MeetingResponse
from overair.wbxml.pages.move import Move
from overair.wbxml.pages.notes import Notes
from overair.wbxml.pages.ping import Ping
from overair.wbxml.pages.provision import Provision
from overair.wbxml.pages.resolverecipients import ResolveRecipients
from overair.wbxml.pages.rightsmanagement import RightsManagement
from overair.wbxml.pages.search import Search
from overair.wbxml.pages.settings import Settings
from overair.wbxml.pages.tasks import Tasks
from overair.wbxml.pages.validatecert import ValidateCert

__all__ = [
    "GAL",
    "AirNotify",
    "AirSync",
    "AirSyncBase",
    "Calendar",
    "ComposeMail",
    "Contacts",
    "Contacts2",
    "DocumentLibrary",
    "Email",
    "Email2",
    "Find",
    "FolderHierarchy",
    "GetItemEstimate",
    "ItemOperations",
    "MeetingResponse",
    "Move",
    "Notes",
    "Ping",
    "Provision",
    "ResolveRecipients",
    "RightsManagement",
    "Search",
    "Settings",
    "Tasks",
    "ValidateCert",
]
