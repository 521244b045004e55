"""A stack takes its time in CloudFormation, minutes mostly; here it is done at once. A test can have it go on for as long as it
likes."""

import asyncio

from ministack.services.cloudformation import handlers

A_LOOK = 0.02


def patch(lab):
    def taking_time(operation):
        async def take_time(*args, **kwargs):
            while lab.settings["stacks_take_time"]:
                await asyncio.sleep(A_LOOK)
            return await operation(*args, **kwargs)

        return take_time

    # What creates and updates, and what deletes.
    handlers._deploy_stack_async = taking_time(handlers._deploy_stack_async)
    handlers._delete_stack_async = taking_time(handlers._delete_stack_async)
