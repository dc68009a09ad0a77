"""The import in the cloud: a dropped file becomes accounts, and a report lies beside it.

ProfileFile reads the file once, joins its rows and leaves shares of accounts under `work/`;
LoadRows writes one share each; ReconcileImport counts and reports. A share needs nothing of the
others, and running any stage again changes nothing: what a row makes is named by what it is.
"""
