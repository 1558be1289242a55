{"seed":124,"phones":[{"account":"anna","device_id":"PHONE1","version":141,"temper":"forgetful","conflict":0},{"account":"anna","device_id":"PHONE2","version":140,"temper":"patient","conflict":1},{"account":"anna","device_id":"PHONE3","version":141,"temper":"stubborn","conflict":0},{"account":"ben","device_id":"PHONE1","version":141,"temper":"impatient","conflict":1},{"account":"ben","device_id":"PHONE5","version":141,"temper":"fickle","conflict":0}]}
{"type":"Ask","phone":4,"what":"sync all"}
{"type":"Edit","phone":4,"what":"letter"}
{"type":"Ask","phone":4,"what":"send"}
{"type":"Ask","phone":3,"what":"sync","choice":38}
{"type":"Ask","phone":4,"what":"sync and wait"}
{"type":"Ask","phone":3,"what":"sync all"}
{"type":"Edit","phone":3,"what":"change","folder":8}
{"type":"Ask","phone":3,"what":"sync all"}
{"type":"Edit","phone":4,"what":"mark","folder":8}
{"type":"Ask","phone":4,"what":"sync all","fate":"answer lost"}
{"type":"Edit","phone":4,"what":"mark","folder":3}
{"type":"Ask","phone":4,"what":"sync"}
{"type":"Rest"}
