{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false}]}
{"type":"Outside","account":0,"what":"add","choice":12,"among":"calendars, tasks and notes"}
{"type":"Rest"}
{"type":"Trouble","fault":"item broken"}
{"type":"Outside","account":0,"what":"change","among":"calendars, tasks and notes"}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Edit","phone":0,"what":"delete","folder":1,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Rest"}
{"type":"Pass","seconds":100000}
{"type":"Ask","phone":0,"what":"sync all"}
