"""Drives `notte mcp` with the official Python client of the Model Context Protocol, which validates what it gets."""

import asyncio
import os
import sys

from checks import Checks, api, site
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

check = Checks()


def live():
    return [one for one in api("GET", "/sessions?only_active=true")["items"] if one["status"] == "active"]


async def work(client, page):
    with check("initialize", "the server says what it is"):
        assert (await client.initialize()).server_info.name == "notte"
    with check("tools/list", "14 tools, each with schemas and annotations"):
        tools = (await client.list_tools()).tools
        assert len(tools) == 14, [tool.name for tool in tools]
        assert all(tool.input_schema and tool.output_schema and tool.annotations for tool in tools)
    session = None
    with check("session_start", "structured content has the id"):
        started = await client.call_tool("session_start", {"name": "mcp"})
        session = started.structured_content["session_id"]
    with check("goto", "the elements of the page"):
        opened = await client.call_tool("goto", {"session": session, "url": page})
        assert "untrusted data" in opened.content[0].text and not opened.is_error, opened
    with check("act", "an action by an id that was observed"):
        elements = opened.structured_content["delta"]["added"]
        field = next(one["id"] for one in elements if one["action"] == "fill")
        action = {"type": "fill", "id": field, "value": "Ada"}
        acted = await client.call_tool("act", {"session": session, "action": action})
        assert not acted.is_error, acted
    with check("act", "an id that is not there is an error with its code"):
        stale = await client.call_tool("act", {"session": session, "action": {"type": "click", "id": "B99"}})
        assert stale.is_error and stale.structured_content["error"]["code"] == "stale_element", stale
    with check("screenshot", "an image"):
        assert (await client.call_tool("screenshot", {"session": session})).content[0].type == "image"
    for tool in ["observe", "scrape", "files_list", "workflow_code"]:
        with check(tool, "answers"):
            answer = await client.call_tool(tool, {"session": session})
            assert not answer.is_error, answer


async def main(program):
    names = ["NOTTE_API_URL", "NOTTE_API_KEY", "HOME", "PATH"]
    server = StdioServerParameters(command=program, args=["mcp"], env={name: os.environ[name] for name in names})
    async with stdio_client(server) as (read, write), ClientSession(read, write) as client:
        await work(client, site())
    with check("disconnect", "the session is stopped"):
        for _ in range(100):
            if not live():
                break
            await asyncio.sleep(0.1)
        assert not live(), live()
    return bool(check.failed)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
