"""The workspace in the browser: projects, places and plans, for the team and for the public.

Views read the request, call one function and render. The database knows people, projects and runs; numbers and geometry live in plan
folders. Imports inside point one way: ui and audit below accounts, projects, places, jobs, plans, then residents, intentions and api.
"""
